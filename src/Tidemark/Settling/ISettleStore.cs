using System.Data.Common;
using Tidemark.Leasing;
using Tidemark.Lifecycle;

namespace Tidemark.Settling;

/// <summary>Stage 4: outcomes become rows, in batches; each settlement presents its lease and stands alone.</summary>
internal interface ISettleStore
{
    /// <summary>
    /// One verdict a settlement, in order. A settlement already applied (the same fence, no longer running) answers <see cref="SettleVerdict.Settled"/>:
    /// a repeat after an unknown outcome is harmless, and runs no effects. A settlement that the law does not know (event and next state)
    /// is an <see cref="ArgumentException"/> before any of the batch is written (<see cref="Storage.StoreLaw.Check"/>).
    /// Every settlement closes what was asked of the attempt: a cancel that it had not obeyed makes a job that would be pending or parked
    /// cancelled in the same write, a park makes one that would be pending parked (<see cref="Storage.StoreLaw.FollowUp"/>), with the ask's reason.
    /// Terminal jobs move to the finished rows and free their dedup key; their memory goes once no quarantine is open and no visit lives.
    /// What stays of it is each stream's line with its counters, for people. A visit that ends gives back the quarantine rows that it has not done.
    /// </summary>
    ValueTask<SettleVerdict[]> SettleAsync(IReadOnlyList<Settlement> batch);
}

internal enum SettleVerdict
{
    Settled,
    LeaseLost,

    /// <summary>The effects given with it failed: nothing of it was written.</summary>
    EffectsFailed,
}

/// <summary>How one attempt ended and what the job is from now on. Made by <c>Lifecycle</c>; a store only executes it.</summary>
internal sealed record Settlement
{
    /// <summary>The row as claimed: a finished row is bound from memory.</summary>
    public required ClaimedJob Job { get; init; }
    public required Lease Lease { get; init; }
    public required JobEvent Event { get; init; }
    public required JobState Next { get; init; }

    /// <summary>When <see cref="Next"/> is Pending or Parked: due then; null while parked means until woken, while pending now.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>As <see cref="DueAt"/>, but counted from the store's now: backoffs.</summary>
    public TimeSpan? DueAfter { get; init; }

    /// <summary>The budgets from now on. A release or park gives its start back: <see cref="Attempt"/> is then one less.</summary>
    public required int Attempt { get; init; }
    public required int Failures { get; init; }
    public required int Crashes { get; init; }

    /// <summary>UTF-8 JSON of the result; null for none.</summary>
    public byte[]? Result { get; init; }

    /// <summary>Why it failed or is parked, for people; null when it went well.</summary>
    public string? Reason { get; init; }

    /// <summary>The full error text, truncated; null for none. A live row then keeps its last one, a finished row has none.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>For the ledger: this attempt ended by something else than its own outcome. Null otherwise.</summary>
    public Interruption? Interruption { get; init; }

    /// <summary>The last lines that the attempt logged; empty mostly. A job keeps its newest <see cref="Storage.StoreLimits.LogLinesKept"/>.</summary>
    public IReadOnlyList<LogLine> Log { get; init; } = [];

    /// <summary>User writes to be made in the settling transaction (<c>job.CommitAsync</c>); null for none.</summary>
    public Func<DbTransaction, CancellationToken, ValueTask>? Effects { get; init; }

    /// <summary>
    /// The memory stays although the job has ended: a later job will inherit it (<see cref="Enqueueing.NewJob.Inherits"/>), and until then the
    /// job is not pruned. The last settlement's word holds: also for a job that is cancelled while it waits for its next attempt. A discard forgets.
    /// </summary>
    public bool KeepMemory { get; init; }

    /// <summary>Set by the store if the effects failed.</summary>
    public Exception? EffectsError { get; set; }
}

internal enum InterruptionCause
{
    Crash = 0,
    Drain = 1,
    LeaseLost = 2,
    Park = 3,
    Cancel = 4,
    TimedOut = 5,
}

/// <summary>One line of the ledger: what ended an attempt, and what it cost.</summary>
internal sealed record Interruption
{
    public required InterruptionCause Cause { get; init; }

    /// <summary>Items that will be done again; −1: at most the stream's bound, nobody could count them (then <see cref="Exact"/> is false).</summary>
    public required long CostItems { get; init; }

    /// <summary>Handler milliseconds of settled items that will be done again; −1 as for <see cref="CostItems"/>.</summary>
    public required long CostMs { get; init; }

    /// <summary>True: counted. False: at most this, because the presence could not be read, or its process was silent and not seen dead.</summary>
    public required bool Exact { get; init; }
    public required string Detail { get; init; }

    /// <summary>Of a park: when the job is due again; null until woken, and for every other cause.</summary>
    public DateTimeOffset? Until { get; init; }
}

internal sealed record LogLine(DateTimeOffset At, string Level, string Text);
