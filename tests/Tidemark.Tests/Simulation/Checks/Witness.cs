using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.Upkeep;

namespace Tidemark.Tests.Simulation;

/// <summary>Stands before the store, hears what is asked and answered, and has the rows audited after each change.</summary>
internal sealed class Witness(IJobStore inner, History history, Rows rows, Holds holds) : StoreDecorator(inner)
{
    /// <summary>Told of each worker by its name.</summary>
    public Action<string, WorkerId>? Registered { get; init; }

    /// <summary>Told of each worker that signs off.</summary>
    public Action<WorkerId>? Retired { get; init; }

    protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
    {
        var reply = await call(asked);
        switch (asked, reply)
        {
            case (WorkerProfile profile, WorkerId id):
                Registered?.Invoke(profile.Name, id);
                break;
            case (WorkerId leaving, _) when operation == nameof(RetireAsync):
                Retired?.Invoke(leaving);
                break;
            case (ClaimRequest request, ClaimReply claimed):
                foreach (var job in claimed.Jobs) history.Claimed(job, request.Worker, again: request.Known is not null);
                if (claimed.Jobs.Length > 0) rows.Audit();
                break;
            case (Checkpoint checkpoint, SaveReply saved):
                history.Saved(checkpoint, saved);
                break;
            case (ValueTuple<Lease, StepMemo> memo, SaveReply saved):
                history.Saved(memo.Item1, memo.Item2, saved);
                break;
            case (IReadOnlyList<Settlement> batch, SettleVerdict[] verdicts):
                foreach (var (settlement, verdict) in batch.Zip(verdicts)) history.Settled(settlement, verdict);
                rows.Audit();
                break;
            case (RescueRequest, RescueReply { Jobs.Length: > 0 } rescued):
                foreach (var job in rescued.Jobs) history.Rescued(job.Id, job.Interruption);
                rows.Audit();
                break;
            case (LockAsk, _) or (_, TicketRow[]):
                holds.Audit();
                break;
            case (IReadOnlyList<NewJob>, _) or (ControlRequest, _) or (Split, _) or (IReadOnlyList<ScheduleChange>, _):
                rows.Audit();
                break;
        }
        return reply;
    }
}
