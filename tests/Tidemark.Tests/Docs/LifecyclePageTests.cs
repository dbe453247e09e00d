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
        Row().Matches(Repository.Read("docs/lifecycle.md")).Select(row => $"{row.Groups[1]} {row.Groups[2]} {row.Groups[3]}").Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| (\w+) \| (\w+) \| (\w+) \| [^|]+ \|$(?<!from \| on.*)", RegexOptions.Multiline)]
    private static partial Regex Row();
}
