using System.Data.Common;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Upkeep;

namespace Tidemark.Storage.InMemory;

/// <summary>
/// The model of a store: what every other one must look like from outside. Atomic, one operation at a time, deterministic, without
/// input or output; every call completes before it returns. The simulator's store, and a test double. Several may be
/// open on the same tables, as several processes are on one database.
/// </summary>
internal sealed class InMemoryJobStore : IJobStore
{
    readonly Tables tables;
    readonly ScheduleStage scheduling;
    readonly EnqueueStage enqueueing;
    readonly LeaseStage leasing;
    readonly CheckpointStage running;
    readonly SettleStage settling;
    readonly ControlStage controlling;
    readonly LockStage locking;
    readonly UpkeepStage upkeep;
    readonly ReadStage reading;
    readonly Dictionary<WorkerId, IPresence> own = []; // of workers registered here: theirs even when others have buried them
    bool open;

    public InMemoryJobStore(TimeProvider clock) : this(new Tables(clock)) { }

    InMemoryJobStore(Tables tables)
    {
        this.tables = tables;
        var mover = new Mover(tables);
        enqueueing = new(tables, mover);
        scheduling = new(tables, enqueueing);
        leasing = new(tables, mover);
        running = new(tables, enqueueing);
        settling = new(tables, mover);
        controlling = new(tables, mover, enqueueing);
        locking = new(tables);
        upkeep = new(tables, mover);
        reading = new(tables);
    }

    public Action? WorkArrived { get; set; }

    public Action? BeatWanted { get; set; } // never: nobody is told to rest

    /// <summary>Another store on the same tables: another process on the same database. It must be opened too.</summary>
    public InMemoryJobStore Connect() => new(tables);

    /// <summary>The process of this worker is gone: what the end of a file lock or a connection tells the other stores.</summary>
    public void LosePresence(WorkerId worker) => Run(() =>
    {
        if (tables.FindWorker(worker) is { } row) row.PresenceGone = true;
        return 0;
    });

    public ValueTask OpenAsync()
    {
        lock (tables.Sync)
        {
            if (!open) tables.Listeners.Add(this);
            open = true;
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        lock (tables.Sync)
        {
            tables.Listeners.Remove(this);
            open = false;
        }
        return ValueTask.CompletedTask;
    }

    public IPresence PresenceOf(WorkerId worker)
    {
        lock (tables.Sync)
            return own.GetValueOrDefault(worker)
                ?? throw new InvalidOperationException($"There is no worker {worker.Value} of this store: it was never registered, or has retired. Register anew.");
    }

    public ValueTask<DueSchedules> ReadDueSchedulesAsync(int limit) => Call(() => scheduling.ReadDue(limit));
    public ValueTask<SchedulePage> ListSchedulesAsync(ScheduleFilter filter) => Call(() => scheduling.List(filter));
    public ValueTask<ScheduleDetails?> GetScheduleAsync(string name) => Call(() => scheduling.Get(name));
    public ValueTask<OccurrenceReading[]> ListOccurrencesAsync(OccurrenceFilter filter) => Call(() => scheduling.ListOccurrences(filter));
    public ValueTask<ScheduleReply[]> ChangeSchedulesAsync(IReadOnlyList<ScheduleChange> changes) => Call(() => scheduling.Change(changes));

    public ValueTask<EnqueueReply[]> EnqueueAsync(IReadOnlyList<NewJob> jobs, DbTransaction? transaction) =>
        Call(() => enqueueing.Enqueue(jobs, Own(transaction)));

    public ValueTask<WorkerId> RegisterAsync(WorkerProfile worker) => Call(() =>
    {
        var id = leasing.Register(worker);
        own[id] = tables.FindWorker(id)!.Presence;
        return id;
    });

    public ValueTask<BeatReply> BeatAsync(Beat beat) => Call(() => leasing.Beat(beat));
    public ValueTask<ClaimReply> ClaimAsync(ClaimRequest request) => Call(() => leasing.Claim(request));
    public ValueTask<Ask[]> ReadAsksAsync(WorkerId worker) => Call(() => leasing.ReadAsks(worker));

    public ValueTask RetireAsync(WorkerId worker) => Call(() =>
    {
        leasing.Retire(worker);
        if (tables.FindWorker(worker) is null) own.Remove(worker); // else a handler that will not return still writes to it
    });

    public ValueTask<JobMemory> RecallAsync(JobId job, JobId? parent) => Call(() => running.Recall(job, parent));
    public ValueTask<SaveReply> SaveMemoAsync(Lease lease, StepMemo memo) => Call(() => running.SaveMemo(lease, memo));
    public ValueTask<SaveReply> CheckpointAsync(Checkpoint checkpoint) => Call(() => running.Checkpoint(checkpoint));
    public ValueTask<SaveReply> SplitAsync(Split split) => Call(() => running.Split(split));
    public ValueTask<SaveVerdict[]> SaveLogAsync(IReadOnlyList<LogNews> news) => Call(() => running.SaveLog(news));
    public ValueTask<string[]> SettledAmongAsync(JobId job, string stream, IReadOnlyList<string> keys) => Call(() => running.SettledAmong(job, stream, keys));
    public ValueTask<QuarantinedRow[]> ReadReplayAsync(JobId visit, long afterId, int limit) => Call(() => running.ReadReplay(visit, afterId, limit));

    public ValueTask<SettleVerdict[]> SettleAsync(IReadOnlyList<Settlement> batch) => Call(() => settling.Settle(batch));

    public ValueTask<ControlReply> ControlAsync(ControlRequest request) => Call(() => controlling.Control(request));
    public ValueTask<ReplayReply> ReplayAsync(ReplayRequest request) => Call(() => controlling.Replay(request));
    public ValueTask<int> DropQuarantineAsync(IReadOnlyList<long> ids, string by) => Call(() => controlling.Drop(ids, by));
    public ValueTask SetQueuePausedAsync(string queue, bool paused, string by, string? reason) => Call(() => controlling.SetPaused(queue, paused, by, reason));

    public ValueTask<LockReply> AskLockAsync(LockAsk ask) => Call(() => locking.Ask(ask));
    public ValueTask<TicketRow[]> LetGoAsync(WorkerId worker, IReadOnlyList<long> tokens) => Call(() => locking.LetGo(worker, tokens));
    public ValueTask<TicketRow[]> ReadTicketsAsync(WorkerId worker) => Call(() => locking.ReadTickets(worker));
    public ValueTask<bool> BreakLockAsync(long token, string by) => Call(() => locking.Break(token));
    public ValueTask<LockStatus[]> ListLocksAsync(LockFilter filter) => Call(() => locking.List(filter));

    public ValueTask<RescueReply> RescueAsync(RescueRequest request) => Call(() => upkeep.Rescue(request));
    public ValueTask<bool> PruneAsync(PruneRequest request) => Call(() => upkeep.Prune(request));

    public ValueTask<JobPage> ListJobsAsync(JobFilter filter) => Call(() => reading.List(filter));
    public ValueTask<JobDetails?> GetJobAsync(JobId id) => Call(() => reading.Get(id));
    public ValueTask<JobVerdict?> GetVerdictAsync(JobId id) => Call(() => reading.GetVerdict(id));
    public ValueTask<QuarantinePage> ListQuarantineAsync(QuarantineFilter filter) => Call(() => reading.ListQuarantine(filter));
    public ValueTask<QueueReading[]> ListQueuesAsync() => Call(reading.ListQueues);

    public ValueTask<PausedQueue[]> ListPausedQueuesAsync() => Call(reading.ListPausedQueues);
    public ValueTask<WorkerReading[]> ListWorkersAsync() => Call(reading.ListWorkers);
    public ValueTask<StoreReading> GetStoreAsync() => Call(reading.GetStore);

    static MemoryTransaction? Own(DbTransaction? transaction) => transaction switch
    {
        null => null,
        MemoryTransaction { IsOpen: true } own => own,
        _ => throw new ArgumentException(
            $"The in-memory store cannot take part in a {transaction.GetType().Name} of another database, or in one that has ended. " +
            "Enqueue without a transaction, or inside the effects of a checkpoint or a job.", nameof(transaction)),
    };

    ValueTask Call(Action operation)
    {
        var done = Call(() =>
        {
            operation();
            return 0;
        });
        return done.IsCompletedSuccessfully ? ValueTask.CompletedTask : new(done.AsTask());
    }

    // An operation's error is its answer: it comes by the task, as from any store.
    ValueTask<T> Call<T>(Func<T> operation)
    {
        try
        {
            if (!open) throw new InvalidOperationException("The store is not open. Call OpenAsync first, and nothing after DisposeAsync.");
            return new(Run(operation));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<T>(error);
        }
    }

    T Run<T>(Func<T> operation)
    {
        Action?[] hints = [];
        T result;
        lock (tables.Sync)
        {
            tables.Depth++;
            try
            {
                result = operation();
            }
            finally
            {
                tables.Depth--;
            }
            if (tables is { Depth: 0, WorkCame: true })
            {
                tables.WorkCame = false;
                hints = [.. tables.Listeners.Select(store => store.WorkArrived)];
            }
        }
        // Outside the lock: a listener may call the store.
        foreach (var hint in hints) hint?.Invoke();
        return result;
    }
}
