using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>What the pages point at exists: files, headings, tests.</summary>
public sealed partial class PageTests
{
    [Fact]
    public void Links_lead_to_files_and_headings_that_exist() => Breaches.None(
        from page in Markdown.Pages
        from link in Markdown.Of(page).Links()
        let fault = FaultOf(page, link.Target)
        where fault is not null
        select $"{page}:{link.Line}: {link.Target}: {fault}",
        "point the link to where the file or the heading is now.");

    [Fact]
    public void Tests_cited_by_name_exist()
    {
        var tests = new TestNames(Repository.Files("tests", ".cs").Select(Repository.Read));
        Breaches.None(
            from page in Markdown.Pages
            from code in Markdown.Of(page).Codes()
            where Citation().IsMatch(code) && !tests.Has(code)
            select $"{page}: `{code}` is no test",
            "cite tests as `Class.Method`, as they are called now.");
    }

    [Theory]
    [InlineData("docs/nowhere.md", "no such file")]
    [InlineData("CHANGELOG.md#no-such-heading", "no such heading")]
    [InlineData("check#L3", "lines move: link to the file")]
    [InlineData("/etc/hosts", "not relative")]
    [InlineData("../outside.md", "outside of the repository")]
    public void A_broken_link_is_found(string target, string fault) => Assert.Equal(fault, FaultOf("README.md", target));

    [Theory]
    [InlineData("check")]
    [InlineData("docs/decisions")]
    [InlineData("CHANGELOG.md#changelog")]
    [InlineData("https://example.org/x#y")]
    public void A_sound_link_passes(string target) => Assert.Null(FaultOf("README.md", target));

    static string? FaultOf(string page, string target)
    {
        if (Scheme().IsMatch(target)) return null;
        if (target.StartsWith('/')) return "not relative";
        var (path, anchor) = target.Split('#', 2) is [var head, var tail] ? (head, tail) : (target, "");
        var file = path.Length == 0 ? page : Repository.Relative(Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, Uri.UnescapeDataString(path))));
        if (Path.IsPathRooted(file)) return "outside of the repository";
        if (!Repository.Exists(file)) return "no such file";
        if (LineAnchor().IsMatch(anchor)) return "lines move: link to the file";
        return anchor.Length == 0 || Markdown.Of(file).Anchors().Contains(anchor) ? null : "no such heading";
    }

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*:", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^L\d+")]
    private static partial Regex LineAnchor();

    // A class of tests, or a method named as a sentence: three words and more.
    [GeneratedRegex(@"^[A-Z]\w*(?:Tests?|Contract|Specs?)\.[A-Z]\w*$|^[A-Z]\w*\.[A-Z][a-z]*_\w+_\w+$")]
    private static partial Regex Citation();
}
