using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;
using Tidemark.Upkeep;

namespace Tidemark.Sqlite.Upkeep;

/// <summary>Takes a dead worker's jobs, each by compare and set on its fence. One that was silent is judged again first: it may have come back while this waited at the gate.</summary>
internal sealed class RescueOperation(
    RescueRequest request, DeadWorker worker, PresenceSnapshot? presence, bool gone, Mover mover) : WriteOperation<(RescuedJob[] Jobs, bool More, bool Buried)>
{
    static readonly string DeclareSql = Sql.Load("Upkeep/DeclareDead");
    static readonly string SoleSuspectSql = Sql.Load("Upkeep/SoleSuspect");
    static readonly string AddStreamSql = Sql.Load("Running/AddStream");
    static readonly string FindStreamSql = Sql.Load("Running/FindStream");
    static readonly string FindSuspectSql = Sql.Load("Upkeep/FindSuspectItem");
    static readonly string PutSuspectSql = Sql.Load("Upkeep/PutSuspectItem");
    static readonly string HeldBySql = Sql.Load("Upkeep/HeldBy");

    /// <summary>
    /// Looks once more, given how long this process stood at the gate, and answers what the worker does by now; null: it is silent no longer, or has one more beat's time.
    /// Itself null: its death is certain, or declared.
    /// </summary>
    public Func<TimeSpan, PresenceSnapshot?>? LookAgain { get; init; }

    PresenceSnapshot? presence = presence; // what it claims while this waits at the gate, it may begin as well
    bool hasLooked; // once: a batch that is made again has passed the gate once

    public override int Rows => request.Limit;

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var rescued = new List<RescuedJob>();
        Answer = ([], false, false);
        if (LookAgain is not null && !hasLooked) (presence, hasLooked) = (LookAgain(TimeSpan.FromMilliseconds(transaction.GateWait)), true);
        if (LookAgain is not null && presence is null) return;
        var held = Held(transaction);
        var sole = worker.Dead ? worker.SoleSuspect : Declare(transaction, held);
        foreach (var job in held)
        {
            if (rescued.Count == request.Limit) break;
            if (LiveRow.Find(transaction, job.Id) is not { State: JobState.Running } row || row.Fence != job.Fence || row.Worker != worker.Id) continue;
            rescued.Add(One(transaction, row, sole));
        }
        var more = held.Count > request.Limit;
        if (!more) Mover.Bury(transaction, worker.Id);
        Answer = ([.. rescued], more, !more);
    }

    CrashAccount Account => new(worker.Name, worker.Lease, gone);

    PresenceSlot? SlotOf(JobId job, long fence) => presence is null ? null : Array.Find(presence.Slots, slot => slot.Job == job && slot.Fence == fence);

    // Without a presence nobody knows what ran: everything held may have.
    bool MayHaveRun(JobId job, long fence) => presence is null or { Overflowed: true } || SlotOf(job, fence) is not null;

    // Read here and not before: what it has claimed while the rescuer waited at the gate would be nobody's once its row is gone. The one scan of the live table, for which no index is kept (it would
    // cost a third of the throughput), so only after a death.
    List<HeldJob> Held(WriteTransaction transaction)
    {
        var all = new List<HeldJob>();
        var row = transaction.Prepare(HeldBySql).Bind(1, worker.Id);
        while (row.Step()) all.Add(new(new(row.Int64(0)), row.Int64(1), row.Flag(2)));
        row.Reset();
        return all;
    }

    JobId? Declare(WriteTransaction transaction, List<HeldJob> held)
    {
        var suspects = held.FindAll(job => job.IsSuspect && MayHaveRun(job.Id, job.Fence));
        JobId? sole = suspects.Count == 1 ? suspects[0].Id : null;
        // Declared once, by the rescuer that still saw all it held: one that comes second would take the last of two suspects for the only one.
        if (transaction.Prepare(DeclareSql).Bind(1, worker.Id).Bind(2, sole?.Value).Run() > 0) return sole;
        var declared = transaction.Prepare(SoleSuspectSql).Bind(1, worker.Id);
        sole = declared.Step() ? declared.JobOrNull(0) : null;
        declared.Reset();
        return sole;
    }

    RescuedJob One(WriteTransaction transaction, LiveRow row, JobId? sole)
    {
        var left = default(Cost);
        var returned = presence is not null && presence.Returned.TryGetValue((row.Id, row.Fence), out left);
        var ran = returned || MayHaveRun(row.Id, row.Fence);
        // Had its handler returned, its start stands and no crash is laid to it.
        var interruption = returned ? Account.Returned(left) : ran ? Crashed(transaction, row, sole == row.Id) : null;
        if (interruption is not null) Ledger.Add(transaction, row.Id, row.Attempt, interruption);
        if (!ran) row.Attempt--;
        var failed = ran && row.Crashes >= request.CrashBudget && Mover.FindAsk(transaction, row.Id)?.Kind != AskKind.Cancel;
        if (failed) row.Error = CrashAccount.Error(row.Crashes, interruption!);
        row.Fence++;
        mover.EndAttempt(transaction, row, failed ? JobEvent.Fail : ran ? JobEvent.Rescue : JobEvent.Release, Tidemark.Storage.StoreLaw.ToMilliseconds(transaction.Now),
            failed ? CrashAccount.Reason(row.Crashes) : null);
        return new() { Id = row.Id, Name = Name(transaction, row), Next = row.State, Interruption = interruption };
    }

    string Name(WriteTransaction transaction, LiveRow row) => mover.NameOf(transaction, row);

    // Charges the crash, and marks the job and its items as suspects.
    Interruption Crashed(WriteTransaction transaction, LiveRow row, bool sole)
    {
        var slot = SlotOf(row.Id, row.Fence);
        var blamed = slot is { Stream: { } stream, InFlight.Length: > 0 } && Blame(transaction, row, slot, sole) is { } crashes && request.IsItemsFault(Name(transaction, row), stream, crashes);
        // A crash that one item answers for is that item's: it is quarantined next, and the job is not charged beside it.
        if (sole && !blamed) row.Crashes++;
        row.IsSuspect = true;
        return slot is null
            ? Account.Crashed(null, null, 0, [])
            : Account.Crashed(new(slot.CostItems, slot.CostMs), slot.Stream, slot.InFlight.Length + slot.WithoutPlace, slot.InFlight.Select(item => item.Key));
    }

    // Answers the crashes of the one item in flight, if there was but one.
    static int? Blame(WriteTransaction transaction, LiveRow row, PresenceSlot slot, bool sole)
    {
        var stream = StreamId(transaction, row, slot.Stream!);
        var alone = sole && slot.InFlight.Length + slot.WithoutPlace == 1;
        int? ofTheOne = null;
        foreach (var item in slot.InFlight.Where(item => item.IsWhole))
        {
            var found = transaction.Prepare(FindSuspectSql).Bind(1, stream).Bind(2, item.Key);
            var crashes = (found.Step() ? found.Int32(0) : 0) + (alone ? 1 : 0);
            found.Reset();
            transaction.Prepare(PutSuspectSql).Bind(1, stream).Bind(2, item.Key).Bind(3, crashes).Run();
            if (alone) ofTheOne = crashes;
        }
        return ofTheOne;
    }

    static long StreamId(WriteTransaction transaction, LiveRow row, string name)
    {
        var found = transaction.Prepare(FindStreamSql).Bind(1, row.Id.Value).Bind(2, name);
        var id = found.Step() ? found.Int64(0) : 0;
        found.Reset();
        if (id != 0) return id;
        transaction.Prepare(AddStreamSql).Bind(1, row.Id.Value).Bind(2, name).Bind(3, transaction.Now.Ms()).Run();
        row.HasMemory = true;
        return transaction.LastRowId;
    }
}
