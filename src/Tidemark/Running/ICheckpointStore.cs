using System.Data.Common;
using Tidemark.Leasing;

namespace Tidemark.Running;

/// <summary>Stage 3: what an attempt remembers while it runs. Every write presents the lease and is refused without it.</summary>
internal interface ICheckpointStore
{
    /// <summary>All memos and streams of the job; for a visit the parent's memos are given beside its own streams.</summary>
    ValueTask<JobMemory> RecallAsync(JobId job, JobId? parent);

    /// <summary>Saves a step's result. The same number again is the same write: answered <see cref="SaveVerdict.Saved"/>, not done twice.</summary>
    ValueTask<SaveReply> SaveMemoAsync(Lease lease, StepMemo memo);

    /// <summary>
    /// One atomic write: effects (if any), low-water cursor, settled-ahead delta, counters, quarantine, retry list.
    /// <see cref="Checkpoint.Number"/> makes a repeat harmless.
    /// </summary>
    ValueTask<SaveReply> CheckpointAsync(Checkpoint checkpoint);

    /// <summary>Which of the keys are settled, for sources that are read from the start and skipped by key. In no order.</summary>
    ValueTask<string[]> SettledAmongAsync(JobId job, string stream, IReadOnlyList<string> keys);

    /// <summary>The quarantined items that this visit replays, by ascending id after the given one; at most <paramref name="limit"/>.</summary>
    ValueTask<QuarantinedRow[]> ReadReplayAsync(JobId visit, long afterId, int limit);
}

internal sealed record JobMemory
{
    public required StepMemo[] Steps { get; init; }
    public required StreamMemory[] Streams { get; init; }
}

internal sealed record StepMemo
{
    public required string Name { get; init; }

    /// <summary>UTF-8 JSON of the result; <c>null</c> as JSON for a step without one.</summary>
    public required byte[] Result { get; init; }
    public required DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A stream as last saved.</summary>
internal sealed record StreamMemory
{
    public required string Name { get; init; }

    /// <summary>The number of the last save; the next is one more.</summary>
    public required long Number { get; init; }

    /// <summary>UTF-8 JSON of the low-water cursor; null: from the start.</summary>
    public required byte[]? Cursor { get; init; }

    /// <summary>What the source says of itself (a prefix fingerprint, say), to tell the same input from another.</summary>
    public required string? Fingerprint { get; init; }
    public required StreamCounters Counters { get; init; }

    /// <summary>Settled keys ahead of the cursor. Empty for a stream that keeps all its keys: ask <see cref="ICheckpointStore.SettledAmongAsync"/>.</summary>
    public required string[] Ahead { get; init; }

    public required RetryItem[] RetryList { get; init; }

    /// <summary>Keys in flight at a crash, which go one at a time.</summary>
    public required SuspectItem[] Suspects { get; init; }
    public required bool Ended { get; init; }
    public required BreakerMemory? Breaker { get; init; }
}

/// <summary>Plain sums since the job was accepted.</summary>
internal readonly record struct StreamCounters
{
    public long Done { get; init; }
    public long Quarantined { get; init; }

    /// <summary>Retries of items.</summary>
    public long Retried { get; init; }

    /// <summary>Items the source gave again or no longer gave (shifting sources only).</summary>
    public long Repeated { get; init; }

    /// <summary>The source's own count when it is known, else null.</summary>
    public long? Total { get; init; }

    /// <summary>Handler time in milliseconds, backoff excluded.</summary>
    public long HandlerMs { get; init; }
}

/// <summary>An item whose backoff is too long to wait in place: durable, and the low-water mark passes it.</summary>
internal sealed record RetryItem
{
    public required string Key { get; init; }

    /// <summary>UTF-8 JSON of the item.</summary>
    public required byte[] Payload { get; init; }
    public required int Failures { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required string Error { get; init; }
}

/// <summary>An item that was in flight when its process died.</summary>
internal sealed record SuspectItem
{
    public required string Key { get; init; }

    /// <summary>How often it was the only item in flight at a crash.</summary>
    public required int SoleCrashes { get; init; }
}

internal sealed record QuarantineEntry
{
    public required string Key { get; init; }
    public required byte[] Payload { get; init; }
    public required int Failures { get; init; }
    public required string Error { get; init; }
}

/// <summary>An open quarantine row as a replay reads it.</summary>
internal sealed record QuarantinedRow
{
    public required long Id { get; init; }
    public required string Key { get; init; }
    public required byte[] Payload { get; init; }
}

/// <summary>Why the breaker stands open: kept so that the canary and its delay survive a restart.</summary>
internal sealed record BreakerMemory
{
    public required string Fingerprint { get; init; }
    public required string Error { get; init; }
    public required int FailedCanaries { get; init; }
    public required string? LastCanaryKey { get; init; }
}

/// <summary>The durable record of a stream, as one write.</summary>
internal sealed record Checkpoint
{
    public required Lease Lease { get; init; }
    public required string Stream { get; init; }

    /// <summary>One more than the last saved number of this stream: the write's own token.</summary>
    public required long Number { get; init; }

    /// <summary>The rows to write, unless <see cref="Effects"/> makes them.</summary>
    public required CheckpointRows? Rows { get; init; }

    /// <summary>User writes to be made in this very transaction; it answers with the rows. Null: none.</summary>
    public required IEffects? Effects { get; init; }
}

internal sealed record CheckpointRows
{
    public required byte[]? Cursor { get; init; }
    public required string? Fingerprint { get; init; }
    public required StreamCounters Counters { get; init; }

    /// <summary>Keys newly settled ahead of the cursor (or, for streams kept by key, all newly settled ones).</summary>
    public required IReadOnlyList<string> Settled { get; init; }

    /// <summary>Ahead keys that the low-water mark has passed: their rows go.</summary>
    public required IReadOnlyList<string> Passed { get; init; }

    /// <summary>Upserted by key. For a replay visit they are the parent's rows again, closed to this visit.</summary>
    public required IReadOnlyList<QuarantineEntry> Quarantined { get; init; }

    /// <summary>Upserted by key.</summary>
    public required IReadOnlyList<RetryItem> RetryLater { get; init; }
    public required IReadOnlyList<string> RetryDone { get; init; }

    /// <summary>Quarantine rows (ids) that are done now: a replay visit's success, or taken back to the retry list by the breaker.</summary>
    public required IReadOnlyList<long> Replayed { get; init; }

    /// <summary>Keys taken out of this stream's quarantine again by the breaker (they are in <see cref="RetryLater"/>).</summary>
    public required IReadOnlyList<string> TakenBack { get; init; }

    /// <summary>Suspects cleared: their items were settled, or the isolation is over.</summary>
    public required bool ClearSuspects { get; init; }
    public required BreakerMemory? Breaker { get; init; }
    public required bool Ended { get; init; }

    /// <summary>True if at least one item was done since the last save: the job's crash count starts again at zero.</summary>
    public required bool Progress { get; init; }
}

/// <summary>User writes of one checkpoint. Runs inside the store's transaction, on the store's thread; may run again after a rollback.</summary>
internal interface IEffects
{
    /// <summary>Makes the writes in <paramref name="scope"/> and answers with the rows that then hold.</summary>
    ValueTask<CheckpointRows> RunAsync(IEffectScope scope);
}

/// <summary>The store's open transaction, lent to user code; savepoints let a list be halved until the bad item stands alone.</summary>
internal interface IEffectScope
{
    DbTransaction Transaction { get; }

    /// <summary>The effects must end before this is cancelled: the store's time limit.</summary>
    CancellationToken TimeLimit { get; }
    void Save();
    void RollBackToSave();
    void ReleaseSave();
}

internal enum SaveVerdict
{
    Saved,
    LeaseLost,
}

/// <summary>The reply is the control channel: what is asked of this attempt comes back with each save.</summary>
internal readonly record struct SaveReply(SaveVerdict Verdict, Ask? Ask);
