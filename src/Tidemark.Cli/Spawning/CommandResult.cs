using System.Text;

namespace Tidemark.Cli.Spawning;

/// <summary>What is known of a command after it has ended and its output was given on.</summary>
internal sealed record CommandResult
{
    internal required CommandEnding Ending { get; init; }

    /// <summary>From start to end.</summary>
    internal required TimeSpan Duration { get; init; }

    /// <summary>What it said on standard error of when to try again.</summary>
    internal required RetryHint? Hint { get; init; }

    /// <summary>The end of its standard error as text, at most a few lines; empty after a success.</summary>
    internal required string ErrorText { get; init; }

    /// <summary>For quarantine and the last failure: how it ended, then what it said last.</summary>
    internal string Error => ErrorText.Length == 0 ? Ending.ToString() : $"{Ending}: {ErrorText}";

    /// <summary>Of a command that was killed with the run, or never began.</summary>
    internal static CommandResult Aborted(TimeSpan duration) => new()
    {
        Ending = new CommandEnding(EndingKind.Aborted, Signal.Kill),
        Duration = duration,
        Hint = null,
        ErrorText = "",
    };

    const int MostLines = 5;
    const int MostCharacters = 1000;

    /// <summary>The last lines that say anything, joined; bytes that are not UTF-8 show as U+FFFD, control characters as spaces.</summary>
    internal static string LastLines(ReadOnlySpan<byte> errors)
    {
        var lines = Encoding.UTF8.GetString(errors).Split('\n')
            .Select(Printable)
            .Where(line => line.Length > 0 && !IsHint(line))
            .TakeLast(MostLines);
        var text = string.Join(" | ", lines);
        return text.Length <= MostCharacters ? text : "…" + text[^(MostCharacters - 1)..];
    }

    // An escape sequence from a command must not be replayed on the operator's terminal each time its error is shown.
    static string Printable(string line) => string.Concat(line.Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();

    static bool IsHint(string line) =>
        line.StartsWith("retry-after:", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("retry-at:", StringComparison.OrdinalIgnoreCase);
}
