using System.Text.RegularExpressions;
using Tidemark.Lifecycle;
using Tidemark.Tests.Conventions;
using Xunit;

namespace Tidemark.Tests.Docs;

public sealed partial class LifecyclePageTests
{
    [Fact]
    public void The_page_shows_exactly_the_law() => Assert.Equal(
        Transitions.All.Select(move => $"{move.From} {move.On} {move.To}").Order(StringComparer.Ordinal),
        Row().Matches(Repository.Read("docs/lifecycle.md")).Select(row => $"{row.Groups["from"]} {row.Groups["on"]} {row.Groups["to"]}").Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| (?<from>[A-Z]\w+) \| (?<on>\w+) \| (?<to>\w+) \| [^|]+ \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
