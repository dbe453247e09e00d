using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>The two records of the project: its decisions and its changes.</summary>
public sealed partial class RecordTests
{
    const string Index = "docs/decisions/README.md";
    static readonly string[] Kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

    [Fact]
    public void The_index_lists_every_decision_once_and_in_order()
    {
        var listed = Markdown.Of(Index).Links().Select(link => link.Target).Where(target => target.EndsWith(".md", StringComparison.Ordinal)).ToList();
        var existing = Decisions().Select(file => Path.GetFileName(file)!).ToList();
        Breaches.None(existing.Except(listed).Select(file => $"{Index} does not list {file}"), "add the line `- [NNNN](NNNN-what-was-decided.md): the decision in one sentence`.");
        Assert.Equal(existing, listed);
    }

    [Fact]
    public void Decisions_are_numbered_without_a_gap()
    {
        var files = Decisions().ToList();
        Breaches.None(files.Where((file, index) => !Path.GetFileName(file).StartsWith($"{index + 1:D4}-", StringComparison.Ordinal)),
            "name it NNNN-what-was-decided.md, with the next free number.");
        Breaches.None(files.Where(file => !Heading().IsMatch(Repository.Read(file))), "begin with `# N. What was decided`.");
    }

    [Fact]
    public void The_changelog_keeps_its_form()
    {
        var lines = Repository.Lines("CHANGELOG.md");
        Assert.Equal("## [Unreleased]", lines.First(line => line.StartsWith("## ", StringComparison.Ordinal)));
        Breaches.None(lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal) && !Release().IsMatch(line)), "write `## [1.2.3] - 2026-01-31`.");
        Breaches.None(lines.Where(line => line.StartsWith("### ", StringComparison.Ordinal) && !Kinds.Contains(line[4..])), $"use one of {string.Join(", ", Kinds)}.");
    }

    static IEnumerable<string> Decisions() => Repository.Files("docs/decisions", ".md").Where(file => file != Index);

    [GeneratedRegex(@"^## \[(?:Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}$)")]
    private static partial Regex Release();

    [GeneratedRegex(@"\A# 0*[1-9]\d*\. \S")]
    private static partial Regex Heading();
}
