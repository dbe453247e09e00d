using System.Diagnostics.CodeAnalysis;
using Tidemark.Reading;

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

    /// <summary>A job's reason as its reader knows it: a run's in options, any other as it is.</summary>
    internal static string? ReasonOf(JobReading job) => RunNames.IsRun(job.Name) ? AsTyped(job.Reason) : job.Reason;

    [return: NotNullIfNotNull(nameof(text))]
    internal static string? AsTyped(string? text)
    {
        foreach (var (setting, option) in Names) text = text?.Replace(setting, option, StringComparison.Ordinal);
        return text;
    }
}
