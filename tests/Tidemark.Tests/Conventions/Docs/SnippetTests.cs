using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>
/// C# shown to a reader is C# that compiles: each block repeats a region <c>// &lt;snippet NAME&gt;</c> … <c>// &lt;/snippet&gt;</c> of a compiled
/// file and says which in the line before it, <c>&lt;!-- snippet: NAME --&gt;</c>.
/// </summary>
public sealed partial class SnippetTests
{
    static readonly string[] Folders = ["tests/Tidemark.Tests/Docs/Snippets", "samples"];
    static readonly string[] Dialects = ["csharp", "cs", "c#", "C#"];

    [Fact]
    public void Every_csharp_block_is_a_snippet_that_compiles()
    {
        var snippets = Snippets();
        Breaches.None(
            from page in Markdown.Pages
            from block in Markdown.Of(page).Blocks
            where Dialects.Contains(block.Language)
            let fault = FaultOf(block, snippets)
            where fault is not null
            select $"{page}:{block.Line}: {fault}",
            $"put the code between `// <snippet NAME>` and `// </snippet>` in {string.Join(" or ", Folders)}, repeat it in the page, and write `<!-- snippet: NAME -->` before the block.");
    }

    [Fact]
    public void Every_snippet_is_shown_somewhere()
    {
        var shown = Markdown.Pages.SelectMany(page => Markdown.Of(page).Blocks).Select(block => Label().Match(block.Before).Groups["name"].Value).ToHashSet();
        Breaches.None(Snippets().Keys.Where(name => !shown.Contains(name)).Select(name => $"no page shows the snippet {name}"), "show it, or remove its marks.");
    }

    [Fact]
    public void A_block_that_differs_from_its_snippet_is_found()
    {
        var snippets = Read("    // <snippet one>\n    if (a)\n        b();\n\n    // </snippet>\n");
        Assert.Equal("if (a)\n    b();\n", snippets["one"]);
        Assert.Null(FaultOf(new("csharp", "if (a)\n    b();\n", 1, "<!-- snippet: one -->"), snippets));
        Assert.Contains("line 2", FaultOf(new("csharp", "if (a)\n    c();\n", 1, "<!-- snippet: one -->"), snippets)!, StringComparison.Ordinal);
        Assert.Contains("no snippet 'two'", FaultOf(new("csharp", "b();\n", 1, "<!-- snippet: two -->"), snippets)!, StringComparison.Ordinal);
        Assert.Contains("names no snippet", FaultOf(new("csharp", "b();\n", 1, "As so:"), snippets)!, StringComparison.Ordinal);
    }

    static string? FaultOf(Block block, Dictionary<string, string> snippets)
    {
        if (Label().Match(block.Before) is not { Success: true } label) return "the C# block names no snippet";
        var name = label.Groups["name"].Value;
        if (!snippets.TryGetValue(name, out var snippet)) return $"there is no snippet '{name}'";
        if (block.Text == snippet) return null;
        var (ours, theirs) = (block.Text.Split('\n'), snippet.Split('\n'));
        var line = ours.Zip(theirs).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"differs from the snippet '{name}' in its line {line + 1}: the page has \"{ours.ElementAtOrDefault(line)}\", the code \"{theirs.ElementAtOrDefault(line)}\"";
    }

    static Dictionary<string, string> Snippets() =>
        Folders.SelectMany(folder => Repository.Files(folder, ".cs")).SelectMany(file => Read(Repository.Read(file))).ToDictionary(pair => pair.Key, pair => pair.Value);

    static Dictionary<string, string> Read(string source) => Regions().Matches(source.ReplaceLineEndings("\n"))
        .ToDictionary(region => region.Groups["name"].Value, region => Dedent(region.Groups["text"].Value));

    static string Dedent(string text)
    {
        var lines = text.TrimEnd().Split('\n');
        var margin = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Concat(lines.Select(line => (line.Length > margin ? line[margin..] : "") + "\n"));
    }

    [GeneratedRegex(@"^<!-- snippet: (?<name>[\w-]+) -->$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[ \t]*// <snippet (?<name>[\w-]+)>\n(?<text>.*?)^[ \t]*// </snippet>$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Regions();
}
