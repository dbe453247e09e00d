using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Tidemark.Reading;

namespace Tidemark.Cli.Runs;

/// <summary>The engine's errors name streams, keys and settings; whoever typed a command line knows lines and options.</summary>
internal static partial class EngineWords
{
    const int MatchLimitMs = 1_000;

    internal const string TooManySetAside = "more than --max-failed allows";

    /// <summary>A job's reason as its reader knows it: a run's in options, any other as it is.</summary>
    internal static string? ReasonOf(JobReading job) => Of(job, job.Reason);

    /// <summary>A text about a job as its reader knows it.</summary>
    internal static string? Of(JobReading job, string? text) => RunNames.IsRun(job.Name) ? AsTyped(text) : text;

    [return: NotNullIfNotNull(nameof(text))]
    internal static string? AsTyped(string? text)
    {
        if (text is null) return null;
        text = TooMany().Replace(text, match =>
            $"{match.Groups["count"].Value} lines are in quarantine, {TooManySetAside} ({match.Groups["limit"].Value}); the last: {Shown(match.Groups["error"].Value)}");
        if (text == "the worker is stopping") return "stopped; the same command goes on";
        return LineKey().Replace(text, "").Replace("Raise LineOptions.MaxLineBytes", "Raise --max-line", StringComparison.Ordinal);
    }

    static string Shown(string error) => error.TrimEnd('.', ' ');

    [GeneratedRegex(@"^Stream 'lines' has (?<count>[\d,]+) items in quarantine; the limit is (?<limit>[\d,]+)\. Last error: (?<error>.*)\. Mend the cause .*$", RegexOptions.Singleline | RegexOptions.ExplicitCapture, MatchLimitMs)]
    private static partial Regex TooMany();

    // A line's key is the hash of its content and its number among equals: said before an error that names the line anyway.
    [GeneratedRegex(@"\b[\w-]{22}:\d+: (?=line \d)", RegexOptions.None, MatchLimitMs)]
    private static partial Regex LineKey();
}
