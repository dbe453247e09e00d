namespace Tidemark.Cli.Output;

/// <summary>Where a run stands, as its operator calls it.</summary>
internal enum RunPhase
{
    /// <summary>The input is being read and told apart from what was done.</summary>
    Reading,

    /// <summary>Commands run.</summary>
    Running,

    /// <summary>Nothing has been settled for longer than the job's no-progress limit.</summary>
    Stalled,

    /// <summary>Asked to stop: what is in flight is finished and saved.</summary>
    Stopping,

    /// <summary>Put aside until an instant or until it is woken.</summary>
    Parked,

    /// <summary>All is settled.</summary>
    Finished,

    /// <summary>It needs a person.</summary>
    Failed,

    /// <summary>Given up by a person: the same command starts anew.</summary>
    Cancelled,

    /// <summary>Stopped cleanly; the same command resumes it.</summary>
    Stopped,

    /// <summary>Left in a hurry; what was in flight is done again.</summary>
    Aborted,
}

/// <summary>Everything that is shown of a run, at one instant.</summary>
internal sealed record RunSnapshot
{
    internal required string Name { get; init; }
    internal required RunPhase Phase { get; init; }
    internal required DateTimeOffset Now { get; init; }

    /// <summary>The input's size, which is all that is known of it while it is being read; null: not asked.</summary>
    internal long? InputBytes { get; init; }

    /// <summary>Items done since the run of this name began, over all its attempts.</summary>
    internal long Done { get; init; }

    /// <summary>Items set aside and not replayed.</summary>
    internal long Quarantined { get; init; }

    /// <summary>Items taken out of quarantine for good: neither done nor to be done.</summary>
    internal long GivenUp { get; init; }

    /// <summary>Items of the input, settled ones included; null while they are being counted.</summary>
    internal long? Total { get; init; }

    /// <summary>Retries of items.</summary>
    internal long Retried { get; init; }

    /// <summary>Commands that run now.</summary>
    internal int InFlight { get; init; }

    /// <summary>Items settled a second over a recent window; null until known.</summary>
    internal double? Rate { get; init; }

    /// <summary>What is left, as a range; null until it is known well enough to be said.</summary>
    internal EtaRange? Eta { get; init; }

    /// <summary>What a stop in this moment would make the next attempt do again, at most.</summary>
    internal Redo Redo { get; init; }

    /// <summary>The most that <see cref="Redo"/> may be: the bound that was stated.</summary>
    internal Redo? Bound { get; init; }

    /// <summary>The last failure of an item, and when; null if there was none.</summary>
    internal LastFailure? Failure { get; init; }

    /// <summary>When a parked run goes on; null: when it is woken.</summary>
    internal DateTimeOffset? ParkedUntil { get; init; }

    /// <summary>Why it is parked, stalled or failed.</summary>
    internal string? Reason { get; init; }

    internal long Settled => Done + Quarantined + GivenUp;

    /// <summary>0 to 1, or null without a total. An empty input is complete.</summary>
    internal double? Share => Total is { } total ? total == 0 ? 1 : Math.Clamp(Settled / (double)total, 0, 1) : null;
}

/// <summary>Work done twice: items, and the time of their commands (null: not known or not bounded).</summary>
internal readonly record struct Redo(long Items, TimeSpan? Time);

/// <summary>The last failure of an item.</summary>
/// <param name="Item">What it was, for people: <c>line 58911</c>.</param>
/// <param name="Error">How it failed, in a few words.</param>
/// <param name="At">When.</param>
internal sealed record LastFailure(string Item, string Error, DateTimeOffset At);
