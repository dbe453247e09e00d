using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Sqlite.Locking;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Storage;

/// <summary>The only place where a live row changes its state outside the two hot paths (claim, plain success): by the law, with all that follows.</summary>
internal sealed class Mover(Lanes lanes)
{
    static readonly string FindAskSql = Sql.Load("Storage/FindAsk");
    static readonly string PutAskSql = Sql.Load("Storage/PutAsk");
    static readonly string DropAskSql = Sql.Load("Storage/DropAsk");
    static readonly string DeleteSql = Sql.Load("Storage/DeleteLive");
    static readonly string FreeDedupSql = Sql.Load("Storage/FreeDedup");
    static readonly string GiveUpSql = Sql.Load("Storage/GiveUpReplay");
    static readonly string RetiredSql = Sql.Load("Storage/WorkerRetired");
    static readonly string HoldsAnySql = Sql.Load("Storage/HoldsAny");
    static readonly string KeepFlagSql = Sql.Load("Settling/KeepFlag");
    static readonly string MarkSql = Sql.Load("Storage/MarkLimit");
    static readonly string DropWorkerSql = Sql.Load("Storage/DropWorker");

    /// <summary>Applies one event and writes the row. <paramref name="reason"/> replaces the old one.</summary>
    /// <exception cref="InvalidOperationException">The law refuses it: the caller should have asked.</exception>
    public void Apply(WriteTransaction transaction, LiveRow row, JobEvent happened, DateTimeOffset? due, string? reason)
    {
        Change(row, happened, due, transaction.Now);
        row.Reason = reason;
        Write(transaction, row);
    }

    /// <summary>Ends an attempt; an ask that it had not obeyed is obeyed in the same write, because asks are durable.</summary>
    public void EndAttempt(WriteTransaction transaction, LiveRow row, JobEvent happened, DateTimeOffset? due, string? reason)
    {
        var ask = FindAsk(transaction, row.Id);
        var worker = row.Worker;
        Change(row, happened, due, transaction.Now);
        row.Reason = reason;
        if (ask is not null)
        {
            transaction.Prepare(DropAskSql).Bind(1, row.Id.Value).Run();
            if (StoreLaw.FollowUp(row.State, ask.Kind) is { } obeyed)
            {
                Change(row, obeyed, ask.Until, transaction.Now);
                row.Reason = ask.Reason;
            }
        }
        if (row.State == JobState.Parked && PartitionLaw.IsWait(row.Reason) && !Partitions.AnyOpen(transaction, row.Id)) Wake(row, transaction.Now);
        Write(transaction, row);
        if (worker is { } held) BuryIfRetired(transaction, held);
    }

    public static Ask? FindAsk(WriteTransaction transaction, JobId job)
    {
        var row = transaction.Prepare(FindAskSql).Bind(1, job.Value);
        var ask = row.Step() ? ReadAsk(job, row, 0) : null;
        row.Reset();
        return ask;
    }

    public static Ask ReadAsk(JobId job, Statement row, int column) =>
        new() { Job = job, Kind = (AskKind)row.Int32(column), Until = row.InstantOrNull(column + 1), Reason = row.Text(column + 2)! };

    public string NameOf(WriteTransaction transaction, LiveRow row) => lanes.NameOf(transaction, row.Lane).Name;

    /// <summary>What follows from an end, once the row is among the finished: dedup, the place of its limit, replay, partitions, memories.</summary>
    public void Ended(WriteTransaction transaction, JobId id, JobState state, string name, string? dedupKey, LimitClaim? limit, JobId? parent, bool hasMemory)
    {
        if (hasMemory && state == JobState.Cancelled) CancelVisits(transaction, id);
        if (limit is not null) Mark(transaction, limit.Key);
        if (dedupKey is not null) transaction.Prepare(FreeDedupSql).Bind(1, name).Bind(2, dedupKey).Bind(3, id.Value).Run();
        if (hasMemory) Memories.ForgetIfDone(transaction, id);
        if (parent is not { } above) return;
        if (state == JobState.Succeeded && Partitions.TryEnd(transaction, id)) WakeIfThrough(transaction, above);
        transaction.Prepare(GiveUpSql).Bind(1, id.Value).Run();
        Memories.ForgetIfDone(transaction, above);
    }

    public static void PutAsk(WriteTransaction transaction, JobId job, AskKind kind, DateTimeOffset? until, string reason) =>
        transaction.Prepare(PutAskSql).Bind(1, job.Value).Bind(2, (long)kind).Bind(3, until.Ms()).Bind(4, reason).Run();

    /// <summary>A job of this limit has come, gone or moved: the next claim looks whom it may let in.</summary>
    public static void Mark(WriteTransaction transaction, string limit) => transaction.Prepare(MarkSql).Bind(1, limit).Run();

    /// <summary>A retired worker's row goes with its last job.</summary>
    public static void BuryIfRetired(WriteTransaction transaction, long worker)
    {
        if (!transaction.Prepare(RetiredSql).Bind(1, worker).First(row => row.Flag(0))) return;
        if (!transaction.Prepare(HoldsAnySql).Bind(1, worker).Any()) Bury(transaction, worker);
    }

    /// <summary>A worker's row goes, and its places in the lines before locks with it.</summary>
    public static void Bury(WriteTransaction transaction, long worker)
    {
        transaction.Prepare(DropWorkerSql).Bind(1, worker).Run();
        LockLines.Leave(transaction, worker);
    }

    // A job that waits for its partitions is woken once none is left that may succeed by itself.
    void WakeIfThrough(WriteTransaction transaction, JobId job)
    {
        if (LiveRow.Find(transaction, job) is not { State: JobState.Parked } row || !PartitionLaw.IsWait(row.Reason) || Partitions.AnyOpen(transaction, job)) return;
        Wake(row, transaction.Now);
        Write(transaction, row);
    }

    static void Wake(LiveRow row, DateTimeOffset now)
    {
        Change(row, JobEvent.Wake, StoreLaw.ToMilliseconds(now), now);
        row.Reason = null;
    }

    void CancelVisits(WriteTransaction transaction, JobId job)
    {
        foreach (var visit in Partitions.Live(transaction, job))
        {
            var row = LiveRow.Find(transaction, visit)!;
            if (PartitionLaw.OnCancel(row.State) is { } happened) Apply(transaction, row, happened, due: null, PartitionLaw.CancelledWith(job));
            else PutAsk(transaction, visit, AskKind.Cancel, until: null, PartitionLaw.CancelledWith(job));
        }
    }

    static void Change(LiveRow row, JobEvent happened, DateTimeOffset? due, DateTimeOffset now)
    {
        var next = Transitions.Next(row.State, happened)
            ?? throw new InvalidOperationException($"Job {row.Id} is {row.State}: the law refuses {happened}. Ask Transitions.Next first.");
        row.State = next;
        row.Worker = null;
        if (next is JobState.Pending or JobState.Parked) row.DueAt = due;
        if (!Transitions.IsTerminal(next)) row.Gate = StoreLaw.GateOf(next, row.DueAt, row.IsSuspect, row.Limit is not null, now);
    }

    void Write(WriteTransaction transaction, LiveRow row)
    {
        if (!Transitions.IsTerminal(row.State))
        {
            row.Update(transaction);
            if (row.Limit is { } limit) Mark(transaction, limit.Key);
            if (row is { State: JobState.Failed, Visit.Kind: VisitKind.Partition, Parent: { } parent }) WakeIfThrough(transaction, parent);
            return;
        }
        transaction.Prepare(DeleteSql).Bind(1, row.Id.Value).Run();
        FinishedRows.Insert(transaction, row, row.State, row.HasMemory);
        if (row is { HasMemory: true, KeepsMemory: true }) transaction.Prepare(KeepFlagSql).Bind(1, row.Id.Value).Bind(2, true).Run();
        Ended(transaction, row.Id, row.State, lanes.NameOf(transaction, row.Lane).Name, row.DedupKey, row.Limit, row.Parent, row.HasMemory);
    }
}
