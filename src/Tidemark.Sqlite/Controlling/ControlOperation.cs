using Tidemark.Controlling;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Controlling;

/// <summary>One steering action with its audit row. A running job is asked, never seized.</summary>
internal sealed class ControlOperation(ControlRequest request, Mover mover) : WriteOperation<ControlReply>
{
    static readonly string DropAllSql = Sql.Load("Controlling/DropAllQuarantine");
    static readonly string FindFinishedSql = Sql.Load("Controlling/FindFinished");

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction) => Answer = Steer(transaction);

    ControlReply Steer(WriteTransaction transaction)
    {
        if (LiveRow.Find(transaction, request.Job) is not { } row)
            return FinishedState(transaction) is { } state ? new(ControlVerdict.Refused, state) : new(ControlVerdict.NotFound, null);
        if (PartitionLaw.IsRefused(request.Action, row.Visit) && Partitions.IsOfLive(transaction, row.Id)) return new(ControlVerdict.OfPartition, row.State);
        var found = row.State;
        var happened = EventOf(request.Action);
        var verdict = found == JobState.Running ? Ask(transaction, row)
            : request.Action == ControlAction.Wake && found == JobState.Pending ? Hurry(transaction, row)
            : Transitions.Next(found, happened) is null ? ControlVerdict.Refused
            : Apply(transaction, row, happened);
        if (row.HasMemory && PartitionLaw.GoesOnToVisits(request.Action))
            verdict = PartitionLaw.Together(verdict, [.. Partitions.Live(transaction, row.Id).Select(visit => new ControlOperation(request with { Job = visit }, mover).Steer(transaction).Verdict)]);
        if (verdict != ControlVerdict.Refused) Ledger.Audit(transaction, request.By, request.Action.ToString(), request.Job, null, request.Reason);
        return new(verdict, found);
    }

    static JobEvent EventOf(ControlAction action) => action switch
    {
        ControlAction.Cancel => JobEvent.Cancel,
        ControlAction.Retry => JobEvent.Resume,
        ControlAction.Park => JobEvent.Park,
        ControlAction.Wake => JobEvent.Wake,
        ControlAction.Discard => JobEvent.Discard,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, $"There is no action {action}."),
    };

    JobState? FinishedState(WriteTransaction transaction)
    {
        var row = transaction.Prepare(FindFinishedSql).Bind(1, request.Job.Value);
        JobState? state = row.Step() ? (JobState)row.Int32(4) : null;
        row.Reset();
        return state;
    }

    ControlVerdict Ask(WriteTransaction transaction, LiveRow row)
    {
        // A cancel that was asked is never softened to a park.
        if (request.Action is not (ControlAction.Cancel or ControlAction.Park)
            || (request.Action == ControlAction.Park && Mover.FindAsk(transaction, row.Id)?.Kind == AskKind.Cancel)) return ControlVerdict.Refused;
        var parks = request.Action == ControlAction.Park;
        Mover.PutAsk(transaction, row.Id, parks ? AskKind.Park : AskKind.Cancel, parks ? request.Until : null, request.Reason ?? $"asked by {request.By}");
        return ControlVerdict.Asked;
    }

    static ControlVerdict Hurry(WriteTransaction transaction, LiveRow row)
    {
        if (row.Gate != Gate.Due) return ControlVerdict.Done;
        Hasten(row, transaction.Now);
        row.DueAt = StoreLaw.ToMilliseconds(transaction.Now);
        row.Gate = StoreLaw.GateOf(row.State, row.DueAt, row.IsSuspect, row.Limit is not null, transaction.Now);
        row.Update(transaction);
        return ControlVerdict.Done;
    }

    ControlVerdict Apply(WriteTransaction transaction, LiveRow row, JobEvent happened)
    {
        if (request.Action == ControlAction.Wake) Hasten(row, transaction.Now);
        if (request.Action == ControlAction.Retry) (row.Failures, row.Crashes) = (0, 0);
        if (request.Action == ControlAction.Discard)
        {
            row.KeepsMemory = false;
            transaction.Prepare(DropAllSql).Bind(1, row.Id.Value).Run();
        }
        var now = StoreLaw.ToMilliseconds(transaction.Now);
        var due = request.Action == ControlAction.Park ? request.Until : now;
        var pending = Transitions.Next(row.State, happened) == JobState.Pending;
        mover.Apply(transaction, row, happened, due, pending ? null : request.Reason);
        return ControlVerdict.Done;
    }

    // Whoever wakes a job wants it now: it must not queue by the date it was once put off to.
    static void Hasten(LiveRow row, DateTimeOffset now) => row.Rank = Math.Min(row.Rank, StoreLaw.Rank(StoreLaw.ToMilliseconds(now), row.Priority));
}
