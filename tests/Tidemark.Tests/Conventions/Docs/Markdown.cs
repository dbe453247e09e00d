using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>A fenced block: its language, its text, the line of its fence (from 1) and the non-empty line before it.</summary>
internal sealed record Block(string Language, string Text, int Line, string Before);

/// <summary>What the tests read of a Markdown page: its blocks, and, outside of them, its links, headings and inline code.</summary>
internal sealed partial class Markdown
{
    public Markdown(string text)
    {
        var prose = new StringBuilder();
        var block = default((string Fence, string Language, StringBuilder Text, int Line, string Before)?);
        var before = "";
        foreach (var (line, number) in text.ReplaceLineEndings("\n").Split('\n').Select((line, index) => (line, index + 1)))
        {
            if (block is { } open)
            {
                if (line.Trim() != open.Fence) open.Text.Append(line).Append('\n');
                else (block, before) = (Close(open), "");
            }
            else if (Fence().Match(line) is { Success: true } fence)
                block = (fence.Groups["ticks"].Value, fence.Groups["language"].Value, new(), number, before);
            else if (line.Trim().Length > 0) before = line.Trim();
            // One line of prose for each of the page, so that the two are numbered alike.
            prose.Append(block is null ? line : "").Append('\n');
        }
        if (block is { } unclosed) throw new FormatException($"The block opened in line {unclosed.Line} is not closed.");
        Prose = prose.ToString();
    }

    public List<Block> Blocks { get; } = [];
    public string Prose { get; }

    public static Markdown Of(string file)
    {
        try { return new(Repository.Read(file)); }
        catch (FormatException fault) { throw new FormatException($"{file}: {fault.Message}", fault); }
    }

    /// <summary>The pages that make promises to a reader: README, CHANGELOG, and all below docs.</summary>
    public static IEnumerable<string> Pages => new[] { "README.md", "CHANGELOG.md" }.Where(Repository.Exists).Concat(Repository.Files("docs", ".md"));

    /// <summary>The targets of links and images, without their titles.</summary>
    public IEnumerable<(string Target, int Line)> Links() =>
        Links(InlineCode().Replace(Prose, "")).Select(link => (link.Groups["target"].Value, LineOf(link.Groups["target"].Value)));

    public IEnumerable<string> Codes() => InlineCode().Matches(Prose).Select(code => code.Value.Trim('`', ' '));

    /// <summary>The anchors that a forge gives the headings: lower case, no punctuation, hyphens for blanks, a number for a repeat.</summary>
    public IEnumerable<string> Anchors()
    {
        var seen = new Dictionary<string, int>();
        foreach (var heading in Headings().Matches(Prose).Select(heading => heading.Groups["text"].Value))
        {
            var plain = LinkText().Replace(heading, "${text}").Trim().ToLowerInvariant();
            var anchor = string.Concat(plain.Where(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or ' ')).Replace(' ', '-');
            var repeat = seen[anchor] = seen.GetValueOrDefault(anchor, -1) + 1;
            yield return repeat == 0 ? anchor : $"{anchor}-{repeat}";
        }
    }

    int LineOf(string text) => Prose[..Math.Max(Prose.IndexOf(text, StringComparison.Ordinal), 0)].Count(letter => letter == '\n') + 1;

    (string, string, StringBuilder, int, string)? Close((string Fence, string Language, StringBuilder Text, int Line, string Before) block)
    {
        Blocks.Add(new(block.Language, block.Text.ToString(), block.Line, block.Before));
        return null;
    }

    static IEnumerable<Match> Links(string text) => InlineLink().Matches(text).Concat(ReferenceLink().Matches(text));

    [GeneratedRegex(@"^\s*(?<ticks>`{3,}|~{3,})\s*(?<language>[^\s`]*)")]
    private static partial Regex Fence();

    [GeneratedRegex(@"`[^`\n]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(<?(?<target>[^)\s>]+)>?(?:\s+""[^""]*"")?\)")]
    private static partial Regex InlineLink();

    [GeneratedRegex(@"^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex ReferenceLink();

    [GeneratedRegex(@"^#{1,6}\s+(?<text>.+?)\s*#*$", RegexOptions.Multiline)]
    private static partial Regex Headings();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();
}
