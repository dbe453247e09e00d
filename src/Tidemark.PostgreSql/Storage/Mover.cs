using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql.Locking;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Storage;

/// <summary>The only place where a live row changes its state outside the two hot paths (claim, plain success): by the law, with all that follows.</summary>
internal sealed class Mover(Lanes lanes)
{
    static readonly Sql FindAskSql = Sql.Load("Storage/FindAsk");
    static readonly Sql PutAskSql = Sql.Load("Storage/PutAsk");
    static readonly Sql DropAskSql = Sql.Load("Storage/DropAsk");
    static readonly Sql DeleteSql = Sql.Load("Storage/DeleteLive");
    static readonly Sql FreeDedupSql = Sql.Load("Storage/FreeDedup");
    static readonly Sql LockLiveSql = Sql.Load("Storage/LockLive");
    static readonly Sql GiveUpSql = Sql.Load("Storage/GiveUpReplay");
    static readonly Sql RetiredSql = Sql.Load("Storage/WorkerRetired");
    static readonly Sql HoldsAnySql = Sql.Load("Storage/HoldsAny");
    static readonly Sql DropWorkerSql = Sql.Load("Storage/DropWorker");

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
    }

    public static Ask? FindAsk(WriteTransaction transaction, JobId job) => transaction.Prepare(FindAskSql).Bind(1, job.Value).First(row => ReadAsk(job, row, 0));

    public static Ask ReadAsk(JobId job, Row row, int column) =>
        new() { Job = job, Kind = (AskKind)row.Int32(column), Until = row.InstantOrNull(column + 1), Reason = row.Text(column + 2)! };

    public static void PutAsk(WriteTransaction transaction, JobId job, AskKind kind, DateTimeOffset? until, string reason) =>
        transaction.Prepare(PutAskSql).Bind(1, job.Value).Bind(2, (long)kind).Bind(3, until.Ms()).Bind(4, reason).Run();

    public string NameOf(LiveRow row) => lanes.NameOf(row.Lane).Name;

    /// <summary>What follows from an end, once the row is among the finished: dedup, replay, partitions, memories.</summary>
    void Ended(WriteTransaction transaction, JobId id, JobState state, string name, string? dedupKey, JobId? parent, bool hasMemory)
    {
        if (hasMemory && state == JobState.Cancelled) CancelVisits(transaction, id);
        if (dedupKey is not null) transaction.Prepare(FreeDedupSql).Bind(1, name).Bind(2, dedupKey).Bind(3, id.Value).Run();
        if (hasMemory) Memories.ForgetIfDone(transaction, id);
        if (parent is not { } above) return;
        // A parent that ends at this moment would see a living child here, and we a living parent there: whoever comes second must wait, and see.
        transaction.Prepare(LockLiveSql).Bind(1, above.Value).Any();
        if (state == JobState.Succeeded && Partitions.TryEnd(transaction, id)) WakeIfThrough(transaction, above);
        transaction.Prepare(GiveUpSql).Bind(1, id.Value).Run();
        Memories.ForgetIfDone(transaction, above);
    }

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

    // A job that waits for its partitions is woken once none is left that may succeed by itself. Of two visits that end at the same moment the second
    // waits for the row, and sees that the first has gone.
    void WakeIfThrough(WriteTransaction transaction, JobId job)
    {
        if (LiveRow.Find(transaction, job) is not { State: JobState.Parked } row || !PartitionLaw.IsWait(row.Reason) || Partitions.AnyOpen(transaction, job)) return;
        Wake(row, transaction.Now);
        Write(transaction, row);
    }

    static void Wake(LiveRow row, DateTimeOffset now)
    {
        Change(row, JobEvent.Wake, now, now);
        row.Reason = null;
    }

    void CancelVisits(WriteTransaction transaction, JobId job)
    {
        foreach (var visit in Partitions.Live(transaction, job))
        {
            if (LiveRow.Find(transaction, visit) is not { } row) continue; // it has ended while its row was waited for
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
        if (row.Limit is { } limit) transaction.Limits.Moved(limit.Key);
        if (!Transitions.IsTerminal(row.State))
        {
            row.Update(transaction);
            if (row is { State: JobState.Failed, Visit.Kind: VisitKind.Partition, Parent: { } parent }) WakeIfThrough(transaction, parent);
            return;
        }
        transaction.Prepare(DeleteSql).Bind(1, row.Id.Value).Run();
        FinishedRows.Insert(transaction, row);
        Ended(transaction, row.Id, row.State, lanes.NameOf(row.Lane).Name, row.DedupKey, row.Parent, row.HasMemory);
    }
}
