using System.Data.Common;
using Tidemark.Leasing;

namespace Tidemark.Running;

/// <summary>Stage 3: what an attempt remembers while it runs. Every write presents the lease and is refused without it.</summary>
internal interface ICheckpointStore
{
    /// <summary>
    /// All memos and streams of the job; for a visit the parent's memos are given before its own (its own win), beside its own streams.
    /// Memos and streams come in the order of their first save. Empty for a job that is unknown or whose memory has gone.
    /// </summary>
    ValueTask<JobMemory> RecallAsync(JobId job, JobId? parent);

    /// <summary>
    /// Saves a step's result, upserted by name: a repeat is harmless. A step finished is progress: the job's crash count starts again at zero.
    /// Refused (<see cref="SaveVerdict.LeaseLost"/>), like every write here, unless the job is running under this fence.
    /// </summary>
    ValueTask<SaveReply> SaveMemoAsync(Lease lease, StepMemo memo);

    /// <summary>
    /// One atomic write: effects (if any), low-water cursor, settled-ahead delta, counters, quarantine, retry list.
    /// <see cref="Checkpoint.Number"/> makes a repeat harmless: the last saved number again, under the lease, answers <see cref="SaveVerdict.Saved"/> and
    /// nothing is written; effects that a store has made before it knew are undone. Any other number than the next is an <see cref="InvalidOperationException"/>. Within one list of rows
    /// <c>Settled</c> goes before <c>Passed</c>, and the other deletions (<c>TakenBack</c> among them) go before the upserts.
    /// </summary>
    /// <exception cref="Exception">What the effects threw: nothing of the checkpoint was written.</exception>
    ValueTask<SaveReply> CheckpointAsync(Checkpoint checkpoint);

    /// <summary>
    /// Splits a stream that has saved nothing: the stream's line and one visit a partition in one write. They have the job's name, queue, arguments,
    /// priority, tags and limit. A stream that is split stays as it is, whatever is asked for: a repeat is harmless.
    /// One that has begun as a whole, or one of a visit, is an <see cref="InvalidOperationException"/>.
    /// While something is asked of the job it stays unsplit, and the reply says what: who obeys splits it on coming back, and nobody walks for a parked job in between.
    /// </summary>
    /// <remarks>
    /// A visit that has succeeded adds its counters to the stream of its parent, which has ended with the last. Whenever none is left that may still
    /// succeed by itself, the parent is woken if it waits for them (<see cref="Storage.PartitionLaw"/>). What is set aside is the parent's.
    /// </remarks>
    ValueTask<SaveReply> SplitAsync(Split split);

    /// <summary>
    /// Adds lines to the logs of running jobs, one verdict each, in order; a job keeps its newest <see cref="Storage.StoreLimits.LogLinesKept"/>.
    /// No memory, no progress. Carries no token of its own: after an unknown outcome the lines are not sent again.
    /// </summary>
    ValueTask<SaveVerdict[]> SaveLogAsync(IReadOnlyList<LogNews> news);

    /// <summary>Which of the keys are settled (and not passed), for sources that are read from the start and skipped by key. In no order.</summary>
    ValueTask<string[]> SettledAmongAsync(JobId job, string stream, IReadOnlyList<string> keys);

    /// <summary>The quarantined items that this visit replays, by ascending id after the given one; at most <paramref name="limit"/>.</summary>
    ValueTask<QuarantinedRow[]> ReadReplayAsync(JobId visit, long afterId, int limit);
}

/// <summary>A stream that is to be walked by visits, each for a partition of it.</summary>
internal sealed record Split
{
    public required Lease Lease { get; init; }
    public required string Stream { get; init; }

    /// <summary>2 to <see cref="Storage.StoreLimits.MaxPartitions"/>.</summary>
    public required int Partitions { get; init; }
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
    public static CheckpointRows CursorOnly(byte[] cursor, StreamCounters counters, StreamPace? pace) => new()
    {
        Cursor = cursor, Fingerprint = null, Counters = counters, Settled = [], Passed = [], Quarantined = [], RetryLater = [], RetryDone = [],
        Replayed = [], TakenBack = [], Acquitted = [], Breaker = null, Ended = false, Progress = true, Pace = pace,
    };

    public required byte[]? Cursor { get; init; }
    public required string? Fingerprint { get; init; }
    public required StreamCounters Counters { get; init; }

    /// <summary>Keys newly settled ahead of the cursor (or, for streams kept by key, all newly settled ones).</summary>
    public required IReadOnlyList<string> Settled { get; init; }

    /// <summary>Ahead keys that the low-water mark has passed: their rows go.</summary>
    public required IReadOnlyList<string> Passed { get; init; }

    /// <summary>
    /// Upserted by job, stream and key; a row keeps its id. For a visit they are the parent's rows, and one that a replay sets aside again
    /// is closed to this visit and open for the next.
    /// </summary>
    public required IReadOnlyList<QuarantineEntry> Quarantined { get; init; }

    /// <summary>Upserted by key.</summary>
    public required IReadOnlyList<RetryItem> RetryLater { get; init; }
    public required IReadOnlyList<string> RetryDone { get; init; }

    /// <summary>
    /// Keys that a replay visit has done: of the parent's rows in the stream of this name, and only those that this visit has claimed. Each
    /// counts as moved from quarantined to done in the parent's stream. Others are ignored.
    /// </summary>
    public required IReadOnlyList<string> Replayed { get; init; }

    /// <summary>
    /// Quarantined items that the breaker wants to try again. Only those whose rows are still there and that no visit has claimed come onto the
    /// retry list and off <see cref="Counters"/>' quarantined: what a replay has done meanwhile stays done. Their rows go; a visit claims them
    /// for itself instead, for they are its parent's. Only in the last write of an attempt, for the next one would overwrite the counters.
    /// </summary>
    public required IReadOnlyList<RetryItem> TakenBack { get; init; }

    /// <summary>Keys that are suspects no more: their items were settled, or the isolation is over.</summary>
    public required IReadOnlyList<string> Acquitted { get; init; }
    public required BreakerMemory? Breaker { get; init; }
    public required bool Ended { get; init; }

    /// <summary>True if at least one item was done since the last save: the job's crash count starts again at zero.</summary>
    public required bool Progress { get; init; }

    /// <summary>How fast the stream is; null: not known (yet), what was saved before stands.</summary>
    public StreamPace? Pace { get; init; }

    /// <summary>The last failure of an item since the last save; null: none, what was saved before stands.</summary>
    public ItemFailure? Failure { get; init; }
}

/// <summary>User writes of one checkpoint. Made inside the store's transaction, on the store's thread; may be made again after a rollback.</summary>
internal interface IEffects
{
    /// <summary>
    /// True if <see cref="Compose"/> may be tried: a store whose driver has batches then sends them, the rows and the commit as one message. Once: whatever comes
    /// of it, a second time goes by <see cref="RunAsync"/>, which alone can tell the bad item from the good ones.
    /// </summary>
    bool CanCompose => false;

    /// <summary>True if a store was given them before, and it may be that they are durable: whoever makes them now must have looked.</summary>
    bool MayBeMade => false;

    /// <summary>Adds the writes to <paramref name="batch"/> and answers with the rows that hold if all of them succeed; null: that cannot be told beforehand.</summary>
    CheckpointRows? Compose(DbBatch batch) => null;

    /// <summary>Makes the writes in <paramref name="scope"/> and answers with the rows that then hold.</summary>
    ValueTask<CheckpointRows> RunAsync(IEffectScope scope);

    /// <summary>All was undone because the commit was refused, or would have been, although each single write had been accepted: the next <see cref="RunAsync"/> looks for whose fault it is.</summary>
    void CommitRefused()
    {
    }

    /// <summary>The checkpoint is durable; told by the attempt.</summary>
    void Written()
    {
    }
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

    /// <summary>Looks whether the transaction still stands: where an error ends it, user code that swallows one does not know.</summary>
    /// <exception cref="CommitRefusal">It does not.</exception>
    void CheckStanding()
    {
    }

    /// <summary>Looks now at what the commit would look at: constraints whose check was put off. What was put off stays so for the writes that follow.</summary>
    /// <exception cref="CommitRefusal">The commit would be refused.</exception>
    void CheckDeferred()
    {
    }
}

/// <summary>What was written would be refused by the commit; the inner error says why.</summary>
internal sealed class CommitRefusal(Exception refusal) : Exception(refusal.Message, refusal);

internal enum SaveVerdict
{
    Saved,
    LeaseLost,
}

/// <summary>The reply is the control channel: what is asked of this attempt comes back with each save.</summary>
internal readonly record struct SaveReply(SaveVerdict Verdict, Ask? Ask);
