using System.Diagnostics.CodeAnalysis;

namespace Tidemark.Cli.Runs;

/// <summary>The engine's errors name its settings; whoever typed a command line knows them as options.</summary>
internal static class EngineWords
{
    static readonly (string Setting, string Option)[] Names =
    [
        ("or raise StreamOptions.QuarantineLimit", "or raise --max-failed"),
        ("and retry the job", "and run the same command"),
        ("Raise LineOptions.MaxLineBytes", "Raise --max-line"),
    ];

    [return: NotNullIfNotNull(nameof(text))]
    internal static string? AsTyped(string? text)
    {
        foreach (var (setting, option) in Names) text = text?.Replace(setting, option, StringComparison.Ordinal);
        return text;
    }
}
