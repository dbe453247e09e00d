using System.Text.RegularExpressions;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>A warning that is switched off says why, where it is switched off.</summary>
public sealed partial class SuppressionTests
{
    [Fact]
    public void Every_suppression_in_code_has_its_reason_on_its_line() => Breaches.None(
        from file in Repository.Files("", ".cs")
        from fault in InCode(Repository.Read(file))
        select $"{file}: {fault}",
        "write `#pragma warning disable ID // why it is right here`, or give the attribute its Justification.");

    [Fact]
    public void Every_rule_switched_off_in_a_project_has_its_reason_above() => Breaches.None(
        from file in Repository.Files("", ".csproj", ".props", ".targets")
        from id in InProject(Repository.Read(file))
        select $"{file}: NoWarn {id}",
        "write `<!-- ID: why -->` above the NoWarn.");

    [Fact]
    public void Every_rule_switched_off_in_editorconfig_has_its_reason_above() => Breaches.None(
        InEditorConfig(Repository.Read(".editorconfig")).Select(id => $".editorconfig: {id}"),
        "write `# ID: why` above the line.");

    [Theory]
    [InlineData("#pragma warning disable CA1000")]
    [InlineData("#pragma warning disable CA1000 // why")]
    [InlineData("#pragma warning disable // everything goes here, it is fine")]
    [InlineData("#nullable disable")]
    [InlineData("[SuppressMessage(\"Design\", \"CA1000\")]")]
    public void A_suppression_without_a_reason_is_found(string code) => Assert.Single(InCode(code));

    [Theory]
    [InlineData("#pragma warning disable CA1000 // the type parameter is what the caller names")]
    [InlineData("[SuppressMessage(\"Design\", \"CA1000\", Justification = \"the type parameter is what the caller names\")]")]
    [InlineData("#pragma warning restore CA1000")]
    public void A_suppression_with_a_reason_passes(string code) => Assert.Empty(InCode(code));

    [Fact]
    public void A_rule_switched_off_in_silence_is_found()
    {
        Assert.Equal(["CA2"], InProject("<P><!-- CA1: a reason. --><NoWarn>$(NoWarn);CA1;CA2</NoWarn></P>"));
        Assert.Equal(["CA2"], InEditorConfig("# CA1: a reason\ndotnet_diagnostic.CA1.severity = none\ndotnet_diagnostic.CA2.severity = none\n"));
    }

    static IEnumerable<string> InCode(string text) =>
        Pragmas().Matches(text).Where(pragma => !ReasonedPragma().IsMatch(pragma.Value))
            .Concat(Attributes().Matches(text).Where(attribute => !attribute.Value.Contains("Justification = \"", StringComparison.Ordinal)))
            .Select(found => found.Value.Trim());

    static IEnumerable<string> InProject(string text) =>
        from list in NoWarns().Matches(text)
        from id in Ids().Matches(list.Value)
        where !Comments().Matches(text[..list.Index]).Any(comment => comment.Value.Contains(id.Value + ":", StringComparison.Ordinal))
        select id.Value;

    static IEnumerable<string> InEditorConfig(string text) =>
        from rule in Severities().Matches(text)
        let id = rule.Groups["id"].Value
        where !text[..rule.Index].Split('\n').Any(line => line.StartsWith('#') && line.Contains(id, StringComparison.Ordinal))
        select id;

    [GeneratedRegex(@"^\s*#(?:pragma\s+warning\s+disable|nullable\s+disable).*$", RegexOptions.Multiline)]
    private static partial Regex Pragmas();

    [GeneratedRegex(@"disable\s+\w[\w, ]*//\s*\S.{9,}")]
    private static partial Regex ReasonedPragma();

    [GeneratedRegex(@"^\s*\[(?:\w+:\s*)?(?:Unconditional)?SuppressMessage\([^\]]*\]", RegexOptions.Multiline)]
    private static partial Regex Attributes();

    [GeneratedRegex(@"<NoWarn[ >].*?</NoWarn>|NoWarn=""[^""]*""", RegexOptions.Singleline)]
    private static partial Regex NoWarns();

    [GeneratedRegex(@"[A-Z]+\d+")]
    private static partial Regex Ids();

    [GeneratedRegex(@"<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^dotnet_diagnostic\.(?<id>\w+)\.severity\s*=\s*(?:none|silent|suggestion)", RegexOptions.Multiline)]
    private static partial Regex Severities();
}
