using System.Text.RegularExpressions;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>The tests that sources declare, as <c>Class.Method</c>; a class also has the tests of the classes it derives from.</summary>
internal sealed partial class TestNames
{
    readonly Dictionary<string, (HashSet<string> Methods, HashSet<string> Bases)> classes = [];

    public TestNames(IEnumerable<string> sources)
    {
        foreach (var source in sources)
        {
            var heads = Classes().Matches(source).ToList();
            foreach (var (head, index) in heads.Select((head, index) => (head, index)))
            {
                if (!classes.TryGetValue(head.Groups["name"].Value, out var known)) classes[head.Groups["name"].Value] = known = ([], []);
                var end = index + 1 < heads.Count ? heads[index + 1].Index : source.Length;
                known.Methods.UnionWith(Methods().Matches(source[head.Index..end]).Select(method => method.Groups["name"].Value));
                known.Bases.UnionWith(Words().Matches(head.Groups["bases"].Value).Select(word => word.Value));
            }
        }
    }

    public bool Has(string citation) => citation.Split('.') is [.., var type, var method] && Has(type, method, []);

    bool Has(string type, string method, HashSet<string> seen) =>
        classes.TryGetValue(type, out var known) && seen.Add(type) && (known.Methods.Contains(method) || known.Bases.Any(parent => Has(parent, method, seen)));

    [GeneratedRegex(@"\bclass\s+(?<name>\w+)(?:<[^>]*>)?\s*(?:\([^{;]*?\))?\s*(?::\s*(?<bases>[^{;]+))?")]
    private static partial Regex Classes();

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^\n]*(?:\s*\[[^\n]*)*\s*public\s+(?:\w[\w<>]*\s+)+?(?<name>\w+)\s*\(")]
    private static partial Regex Methods();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Words();
}
