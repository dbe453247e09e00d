using System.Globalization;
using Tidemark.Cli.Input;
using Tidemark.Cli.Output;

namespace Tidemark.Cli.Commands;

/// <summary>What was asked of <c>tidemark run</c>, understood and checked.</summary>
internal sealed record RunOptions
{
    /// <summary>The program and its arguments; never empty.</summary>
    internal required string[] Command { get; init; }

    /// <summary>The run's name; the same name resumes.</summary>
    internal required string Name { get; init; }

    /// <summary>A path, or <see cref="InputFile.StandardInput"/>.</summary>
    internal string Input { get; init; } = InputFile.StandardInput;

    /// <summary>The most that an interruption may make us do again.</summary>
    internal ResumeCost ResumeCost { get; init; } = ResumeCost.Default;

    /// <summary>Commands at once.</summary>
    internal int Parallel { get; init; } = 1;

    /// <summary>Failed tries of one line before it is set aside; at least 1.</summary>
    internal int Tries { get; init; } = 3;

    /// <summary>Quarantined lines beyond which the run fails; null: no such limit.</summary>
    internal FailureLimit? MaxFailed { get; init; }

    /// <summary>The exit code by which a command parks the run; null: none does.</summary>
    internal int? ParkExit { get; init; } = 75;

    /// <summary>After so long the run stops by itself, as after a first signal; null: never.</summary>
    internal TimeSpan? MaxDuration { get; init; }

    /// <summary>Stay and sleep through a park in place of leaving with 75.</summary>
    internal bool Wait { get; init; }

    /// <summary>Forget what was done under this name.</summary>
    internal bool Restart { get; init; }

    /// <summary>Say what would be run, and run nothing.</summary>
    internal bool DryRun { get; init; }

    /// <summary>Accept an input that has lost most of what was done.</summary>
    internal bool Yes { get; init; }

    /// <summary>Bytes of the longest line that is taken for one.</summary>
    internal int MaxLine { get; init; } = new LineOptions().MaxLineBytes;

    internal TalkOptions Talk { get; init; } = new();
    internal required string Store { get; init; }
}

/// <summary>How many lines may be quarantined: a number, or a share of all. One of the two is set.</summary>
/// <remarks>A share is a decimal number, as it was typed: of 100 lines 29 % are 29, where 0.29 as a binary fraction makes 28.</remarks>
internal readonly record struct FailureLimit(long? Items, decimal? Share)
{
    /// <summary>As it was typed.</summary>
    public override string ToString() => Items is { } items ? $"{items}" : string.Create(CultureInfo.InvariantCulture, $"{Share!.Value * 100:0.####}%");

    /// <summary>How many of so many lines.</summary>
    internal long Of(long total) => Items ?? (long)(Share!.Value * total);

    /// <summary>True if so many are more than allowed.</summary>
    internal bool IsExceededBy(long quarantined, long total) => quarantined > Of(total);
}
