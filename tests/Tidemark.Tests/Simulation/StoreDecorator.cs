using System.Data.Common;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.Upkeep;

namespace Tidemark.Tests.Simulation;

/// <summary>
/// A store in front of another: every operation goes through <see cref="CallAsync"/>, whatever it is. Opening, disposing, hints and presence
/// pass untouched: presence is memory of the worker's own, no operation on the store.
/// </summary>
internal abstract class StoreDecorator(IJobStore inner) : IJobStore
{
    public Action? WorkArrived
    {
        get => inner.WorkArrived;
        set => inner.WorkArrived = value;
    }

    public Action? BeatWanted
    {
        get => inner.BeatWanted;
        set => inner.BeatWanted = value;
    }

    public ValueTask OpenAsync() => inner.OpenAsync();
    public ValueTask DisposeAsync() => inner.DisposeAsync();
    public IPresence PresenceOf(WorkerId worker) => inner.PresenceOf(worker);

    public ValueTask<DueSchedules> ReadDueSchedulesAsync(int limit) => CallAsync(nameof(ReadDueSchedulesAsync), limit, inner.ReadDueSchedulesAsync);
    public ValueTask<SchedulePage> ListSchedulesAsync(ScheduleFilter filter) => CallAsync(nameof(ListSchedulesAsync), filter, inner.ListSchedulesAsync);
    public ValueTask<ScheduleDetails?> GetScheduleAsync(string name) => CallAsync(nameof(GetScheduleAsync), name, inner.GetScheduleAsync);
    public ValueTask<OccurrenceReading[]> ListOccurrencesAsync(OccurrenceFilter filter) => CallAsync(nameof(ListOccurrencesAsync), filter, inner.ListOccurrencesAsync);
    public ValueTask<ScheduleReply[]> ChangeSchedulesAsync(IReadOnlyList<ScheduleChange> changes) => CallAsync(nameof(ChangeSchedulesAsync), changes, inner.ChangeSchedulesAsync);

    public ValueTask<EnqueueReply[]> EnqueueAsync(IReadOnlyList<NewJob> jobs, DbTransaction? transaction) =>
        // Inside somebody's transaction this is a part of his operation, not one of its own: it can neither wait nor fail by itself.
        transaction is null ? CallAsync(nameof(EnqueueAsync), jobs, it => inner.EnqueueAsync(it, null)) : inner.EnqueueAsync(jobs, transaction);

    public ValueTask<WorkerId> RegisterAsync(WorkerProfile worker) => CallAsync(nameof(RegisterAsync), worker, inner.RegisterAsync);
    public ValueTask<BeatReply> BeatAsync(Beat beat) => CallAsync(nameof(BeatAsync), beat, inner.BeatAsync);
    public ValueTask<ClaimReply> ClaimAsync(ClaimRequest request) => CallAsync(nameof(ClaimAsync), request, inner.ClaimAsync);
    public ValueTask<Ask[]> ReadAsksAsync(WorkerId worker) => CallAsync(nameof(ReadAsksAsync), worker, inner.ReadAsksAsync);
    public ValueTask RetireAsync(WorkerId worker) => DoAsync(nameof(RetireAsync), worker, inner.RetireAsync);

    public ValueTask<JobMemory> RecallAsync(JobId job, JobId? parent) =>
        CallAsync(nameof(RecallAsync), (job, parent), it => inner.RecallAsync(it.job, it.parent));

    public ValueTask<SaveReply> SaveMemoAsync(Lease lease, StepMemo memo) =>
        CallAsync(nameof(SaveMemoAsync), (lease, memo), it => inner.SaveMemoAsync(it.lease, it.memo));

    public ValueTask<SaveReply> CheckpointAsync(Checkpoint checkpoint) => CallAsync(nameof(CheckpointAsync), checkpoint, inner.CheckpointAsync);

    public ValueTask<SaveReply> SplitAsync(Split split) => CallAsync(nameof(SplitAsync), split, inner.SplitAsync);
    public ValueTask<SaveVerdict[]> SaveLogAsync(IReadOnlyList<LogNews> news) => CallAsync(nameof(SaveLogAsync), news, inner.SaveLogAsync);

    public ValueTask<string[]> SettledAmongAsync(JobId job, string stream, IReadOnlyList<string> keys) =>
        CallAsync(nameof(SettledAmongAsync), (job, stream, keys), it => inner.SettledAmongAsync(it.job, it.stream, it.keys));

    public ValueTask<QuarantinedRow[]> ReadReplayAsync(JobId visit, long afterId, int limit) =>
        CallAsync(nameof(ReadReplayAsync), (visit, afterId, limit), it => inner.ReadReplayAsync(it.visit, it.afterId, it.limit));

    public ValueTask<SettleVerdict[]> SettleAsync(IReadOnlyList<Settlement> batch) => CallAsync(nameof(SettleAsync), batch, inner.SettleAsync);

    public ValueTask<ControlReply> ControlAsync(ControlRequest request) => CallAsync(nameof(ControlAsync), request, inner.ControlAsync);
    public ValueTask<ReplayReply> ReplayAsync(ReplayRequest request) => CallAsync(nameof(ReplayAsync), request, inner.ReplayAsync);

    public ValueTask<int> DropQuarantineAsync(IReadOnlyList<long> ids, string by) =>
        CallAsync(nameof(DropQuarantineAsync), (ids, by), it => inner.DropQuarantineAsync(it.ids, it.by));

    public ValueTask SetQueuePausedAsync(string queue, bool paused, string by, string? reason) =>
        DoAsync(nameof(SetQueuePausedAsync), (queue, paused, by, reason), it => inner.SetQueuePausedAsync(it.queue, it.paused, it.by, it.reason));

    public ValueTask<LockReply> AskLockAsync(LockAsk ask) => CallAsync(nameof(AskLockAsync), ask, inner.AskLockAsync);

    public ValueTask<TicketRow[]> LetGoAsync(WorkerId worker, IReadOnlyList<long> tokens) =>
        CallAsync(nameof(LetGoAsync), (worker, tokens), it => inner.LetGoAsync(it.worker, it.tokens));

    public ValueTask<TicketRow[]> ReadTicketsAsync(WorkerId worker) => CallAsync(nameof(ReadTicketsAsync), worker, inner.ReadTicketsAsync);
    public ValueTask<bool> BreakLockAsync(long token, string by) => CallAsync(nameof(BreakLockAsync), (token, by), it => inner.BreakLockAsync(it.token, it.by));
    public ValueTask<LockStatus[]> ListLocksAsync(LockFilter filter) => CallAsync(nameof(ListLocksAsync), filter, inner.ListLocksAsync);

    public ValueTask<RescueReply> RescueAsync(RescueRequest request) => CallAsync(nameof(RescueAsync), request, inner.RescueAsync);
    public ValueTask<bool> PruneAsync(PruneRequest request) => CallAsync(nameof(PruneAsync), request, inner.PruneAsync);

    public ValueTask<JobPage> ListJobsAsync(JobFilter filter) => CallAsync(nameof(ListJobsAsync), filter, inner.ListJobsAsync);
    public ValueTask<JobDetails?> GetJobAsync(JobId id) => CallAsync(nameof(GetJobAsync), id, inner.GetJobAsync);
    public ValueTask<JobVerdict?> GetVerdictAsync(JobId id) => CallAsync(nameof(GetVerdictAsync), id, inner.GetVerdictAsync);
    public ValueTask<QuarantinePage> ListQuarantineAsync(QuarantineFilter filter) => CallAsync(nameof(ListQuarantineAsync), filter, inner.ListQuarantineAsync);
    public ValueTask<QueueReading[]> ListQueuesAsync() => CallAsync(nameof(ListQueuesAsync), 0, _ => inner.ListQueuesAsync());
    public ValueTask<PausedQueue[]> ListPausedQueuesAsync() => CallAsync(nameof(ListPausedQueuesAsync), 0, _ => inner.ListPausedQueuesAsync());
    public ValueTask<WorkerReading[]> ListWorkersAsync() => CallAsync(nameof(ListWorkersAsync), 0, _ => inner.ListWorkersAsync());
    public ValueTask<StoreReading> GetStoreAsync() => CallAsync(nameof(GetStoreAsync), 0, _ => inner.GetStoreAsync());

    /// <summary>One operation: what is asked, and how to ask the store behind.</summary>
    protected abstract ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call);

    async ValueTask DoAsync<TAsked>(string operation, TAsked asked, Func<TAsked, ValueTask> call) => await CallAsync(operation, asked, async it =>
    {
        await call(it);
        return 0;
    });
}
