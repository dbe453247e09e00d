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

    /// <summary>What follows from an end, once the row is among the finished: dedup, the place of its limit, replay, memories.</summary>
    public void Ended(WriteTransaction transaction, JobId id, string name, string? dedupKey, LimitClaim? limit, JobId? parent, bool hasMemory)
    {
        if (limit is not null) Mark(transaction, limit.Key);
        if (dedupKey is not null) transaction.Prepare(FreeDedupSql).Bind(1, name).Bind(2, dedupKey).Bind(3, id.Value).Run();
        if (hasMemory) Memories.ForgetIfDone(transaction, id);
        if (parent is not { } above) return;
        transaction.Prepare(GiveUpSql).Bind(1, id.Value).Run();
        Memories.ForgetIfDone(transaction, above);
    }

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
            return;
        }
        transaction.Prepare(DeleteSql).Bind(1, row.Id.Value).Run();
        FinishedRows.Insert(transaction, row, row.State, row.HasMemory);
        if (row is { HasMemory: true, KeepsMemory: true }) transaction.Prepare(KeepFlagSql).Bind(1, row.Id.Value).Bind(2, true).Run();
        Ended(transaction, row.Id, lanes.NameOf(transaction, row.Lane).Name, row.DedupKey, row.Limit, row.Parent, row.HasMemory);
    }
}
