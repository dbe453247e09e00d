using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.Storage.Presence;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;
using Tidemark.Upkeep;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>Takes a dead worker's jobs. Its row is locked and judged anew first: one that beats meanwhile lives, and a claim of its is through or comes too late.</summary>
internal sealed class RescueOperation(RescueRequest request, KnownWorker worker, DeathSign sign, Mover mover)
    : WriteOperation<(RescuedJob[] Jobs, bool More, bool Buried)>
{
    static readonly Sql LockSql = Sql.Load("Upkeep/LockWorker");
    static readonly Sql DeclareSql = Sql.Load("Upkeep/DeclareDead");
    static readonly Sql HeldBySql = Sql.Load("Upkeep/HeldBy");
    static readonly Sql AddStreamSql = Sql.Load("Running/AddStream");
    static readonly Sql FindStreamSql = Sql.Load("Running/FindStream");
    static readonly Sql PutSuspectSql = Sql.Load("Upkeep/PutSuspectItem");

    readonly PresenceSnapshot? presence = sign.Presence;
    bool gone;

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        var rescued = new List<RescuedJob>();
        Answer = ([], false, false);
        var locked = transaction.Prepare(LockSql).Bind(1, worker.Id).Bind(2, sign.IsCertain).Bind(3, sign.SilentFor)
            .First(row => ((bool Dead, bool Gone, JobId? Sole)?)(row.Flag(0), row.Flag(1), row.JobOrNull(2)));
        if (locked is not { } found) return; // it beats again, or another rescuer has buried it
        gone = sign.Gone || found.Gone;
        var held = transaction.Prepare(HeldBySql).Bind(1, worker.Id).All(row => new HeldJob(new(row.Int64(0)), row.Int64(1), row.Flag(2)));
        var sole = found.Dead ? found.Sole : Declare(transaction, held);
        foreach (var job in held.Take(request.Limit))
        {
            if (LiveRow.Find(transaction, job.Id) is { State: JobState.Running } row && row.Fence == job.Fence && row.Worker == worker.Id) rescued.Add(One(transaction, row, sole));
        }
        var more = held.Count > request.Limit;
        if (!more) Mover.Bury(transaction, worker.Id);
        Answer = ([.. rescued], more, !more);
    }

    CrashAccount Account => new(worker.Name, worker.Lease, gone);

    PresenceSlot? SlotOf(JobId job, long fence) => presence is null ? null : Array.Find(presence.Slots, slot => slot.Job == job && slot.Fence == fence);

    // Without a presence nobody knows what ran: everything held may have.
    bool MayHaveRun(JobId job, long fence) => presence is null or { Overflowed: true } || SlotOf(job, fence) is not null;

    JobId? Declare(WriteTransaction transaction, List<HeldJob> held)
    {
        var suspects = held.FindAll(job => job.IsSuspect && MayHaveRun(job.Id, job.Fence));
        JobId? sole = suspects.Count == 1 ? suspects[0].Id : null;
        transaction.Prepare(DeclareSql).Bind(1, worker.Id).Bind(2, gone).Bind(3, sole?.Value).Run();
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
        mover.EndAttempt(transaction, row, failed ? JobEvent.Fail : ran ? JobEvent.Rescue : JobEvent.Release, transaction.Now,
            failed ? CrashAccount.Reason(row.Crashes) : null);
        return new() { Id = row.Id, Name = mover.NameOf(row), Next = row.State, Interruption = interruption };
    }

    // Charges the crash, and marks the job and its items as suspects.
    Interruption Crashed(WriteTransaction transaction, LiveRow row, bool sole)
    {
        var slot = SlotOf(row.Id, row.Fence);
        var blamed = slot is { Stream: { } stream, InFlight.Length: > 0 } && Blame(transaction, row, slot, sole) is { } crashes && request.IsItemsFault(mover.NameOf(row), stream, crashes);
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
            var crashes = transaction.Prepare(PutSuspectSql).Bind(1, stream).Bind(2, item.Key).Bind(3, alone ? 1 : 0).First(row => row.Int32(0));
            if (alone) ofTheOne = crashes;
        }
        return ofTheOne;
    }

    static long StreamId(WriteTransaction transaction, LiveRow row, string name)
    {
        var id = transaction.Prepare(FindStreamSql).Bind(1, row.Id.Value).Bind(2, name).First(found => found.Int64(0));
        if (id != 0) return id;
        row.HasMemory = true;
        return transaction.Prepare(AddStreamSql).Bind(1, row.Id.Value).Bind(2, name).First(found => found.Int64(0));
    }
}
