using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Running;
using FaultPoints = Tidemark.Seams.FaultPoints;
using Tidemark.Lifecycle;
using Tidemark.Locking;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Sqlite.Controlling;
using Tidemark.Sqlite.Enqueueing;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Leasing;
using Tidemark.Sqlite.Locking;
using Tidemark.Sqlite.Reading;
using Tidemark.Sqlite.Running;
using Tidemark.Sqlite.Scheduling;
using Tidemark.Sqlite.Settling;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Upkeep;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;
using Tidemark.Upkeep;

namespace Tidemark.Sqlite;

/// <summary>The stages on one SQLite file: every write an operation of the one writer thread, every read on a connection of its own.</summary>
internal sealed class SqliteJobStore(TidemarkSqliteOptions options, TimeProvider time, ILogger? logger = null) : IExaminedStore
{
    readonly Lanes lanes = new();
    readonly PrunePlace prunePlace = new();
    SqliteFile? file;
    SqliteWriter? writer;
    SqliteReaders? readers;
    Workers? workers;
    Mover? mover;
    Rescuer? rescuer;
    JobQueries? jobs;
    StoreQueries? store;
    Neighbours? neighbours;

    public Action? WorkArrived { get; set; }

    public Action? BeatWanted { get; set; } // never: a beat costs nothing here, and nobody is told to rest

    public TidemarkSqlite Transactions => new(Writer);

    SqliteWriter Writer => writer ?? throw new InvalidOperationException("The store is not open. Call OpenAsync first, and nothing after DisposeAsync.");

    SqliteReaders Readers => readers ?? throw new InvalidOperationException("The store is not open. Call OpenAsync first, and nothing after DisposeAsync.");

    DateTimeOffset Now => StoreLaw.ToMilliseconds(time.GetUtcNow());

    public ValueTask OpenAsync()
    {
        if (writer is not null) return default;
        try
        {
            file = SqliteFile.Open(options);
            writer = new(file, time);
            writer.Health.Changed = Tell;
            writer.Wal.Warn = warning => logger?.LogWarning("{Warning}", warning);
            readers = new(file);
            mover = new(lanes);
            workers = new(file, writer);
            rescuer = new(readers, writer, workers, mover);
            jobs = new(lanes, workers.Directory);
            store = new(file, writer, workers.Directory, time);
            neighbours = new(file.Gate, () => WorkArrived?.Invoke());
            return default;
        }
        catch (SqliteError error)
        {
            return ValueTask.FromException(error.ToStoreException(options.Path));
        }
    }

    public async ValueTask DisposeAsync()
    {
        neighbours?.Dispose();
        workers?.Dispose();
        if (writer is not null) await writer.DisposeAsync();
        readers?.Dispose();
        file?.Dispose();
        (writer, readers, file) = (null, null, null);
    }

    public IPresence PresenceOf(WorkerId worker) => workers!.PresenceOf(worker);

    public ValueTask<DueSchedules> ReadDueSchedulesAsync(int limit) => Read(statements => ScheduleQueries.Due(statements, limit, Now));

    public ValueTask<SchedulePage> ListSchedulesAsync(ScheduleFilter filter) => Read(statements => ScheduleQueries.List(statements, filter, Now));

    public ValueTask<ScheduleDetails?> GetScheduleAsync(string name) => Read(statements => ScheduleQueries.Get(statements, name, Now));

    public ValueTask<OccurrenceReading[]> ListOccurrencesAsync(OccurrenceFilter filter) => Read(statements => ScheduleQueries.Occurrences(statements, filter));

    public async ValueTask<ScheduleReply[]> ChangeSchedulesAsync(IReadOnlyList<ScheduleChange> changes)
    {
        var replies = await Writer.RunAsync(new ChangeOperation(changes, lanes));
        return Array.Exists(replies, reply => reply.Jobs.Length > 0) ? Hinted(replies) : replies;
    }

    public async ValueTask<EnqueueReply[]> EnqueueAsync(IReadOnlyList<NewJob> jobs, DbTransaction? transaction)
    {
        var operation = new EnqueueOperation(jobs, lanes);
        if (transaction is not null) return Writer.Gated.Given(transaction).Run(operation);
        var replies = await Writer.RunAsync(operation);
        WorkArrived?.Invoke();
        return replies;
    }

    public ValueTask<WorkerId> RegisterAsync(WorkerProfile worker) => workers!.RegisterAsync(worker);

    public ValueTask<BeatReply> BeatAsync(Beat beat) => new(workers!.Beat(beat));

    public async ValueTask<ClaimReply> ClaimAsync(ClaimRequest request)
    {
        FaultPoints.Hit(FaultPoints.ClaimBeforeCommit);
        var reply = await Writer.RunAsync(new ClaimOperation(request, workers!.JobNamesOf(request.Worker), lanes));
        FaultPoints.Hit(FaultPoints.ClaimAfterCommit);
        return reply;
    }

    public ValueTask<Ask[]> ReadAsksAsync(WorkerId worker) => Read(statements => AskQueries.Of(statements, worker));

    public ValueTask RetireAsync(WorkerId worker) => workers!.RetireAsync(worker);

    public ValueTask<JobMemory> RecallAsync(JobId job, JobId? parent) => Read(statements => MemoryQueries.Recall(statements, job, parent));

    public ValueTask<SaveReply> SaveMemoAsync(Lease lease, StepMemo memo) => Writer.RunAsync(new MemoOperation(lease, memo));

    public async ValueTask<SaveReply> CheckpointAsync(Checkpoint checkpoint)
    {
        if (checkpoint.Rows is null == checkpoint.Effects is null)
            throw new ArgumentException($"The checkpoint of stream '{checkpoint.Stream}' needs rows or effects, one of the two.", nameof(checkpoint));
        FaultPoints.Hit(FaultPoints.CheckpointBeforeCommit);
        var reply = await Writer.RunAsync(new CheckpointOperation(checkpoint, options.UserTransactionTimeLimit));
        FaultPoints.Hit(FaultPoints.CheckpointAfterCommit);
        return reply;
    }

    public async ValueTask<SaveReply> SplitAsync(Split split)
    {
        FaultPoints.Hit(FaultPoints.SplitBeforeCommit);
        var reply = Hinted(await Writer.RunAsync(new SplitOperation(split, lanes)));
        FaultPoints.Hit(FaultPoints.SplitAfterCommit);
        return reply;
    }

    public ValueTask<SaveVerdict[]> SaveLogAsync(IReadOnlyList<LogNews> news) => Writer.RunAsync(new LogOperation(news));

    public ValueTask<string[]> SettledAmongAsync(JobId job, string stream, IReadOnlyList<string> keys) =>
        Read(statements => MemoryQueries.SettledAmong(statements, job, stream, keys));

    public ValueTask<QuarantinedRow[]> ReadReplayAsync(JobId visit, long afterId, int limit) =>
        Read(statements => MemoryQueries.ReadReplay(statements, visit, afterId, limit));

    public async ValueTask<SettleVerdict[]> SettleAsync(IReadOnlyList<Settlement> batch)
    {
        foreach (var settlement in batch)
        {
            StoreLaw.Check(settlement);
            if (settlement.Event == JobEvent.Park) FaultPoints.Hit(FaultPoints.ParkBeforeCommit);
        }
        FaultPoints.Hit(FaultPoints.SettleBeforeCommit);
        var verdicts = await Writer.RunAsync(new SettleOperation(batch, lanes, mover!, options.UserTransactionTimeLimit));
        FaultPoints.Hit(FaultPoints.SettleAfterCommit);
        if (batch.Any(StoreLaw.MayLetOthersGo)) WorkArrived?.Invoke();
        return verdicts;
    }

    public async ValueTask<ControlReply> ControlAsync(ControlRequest request) => Hinted(await Writer.RunAsync(new ControlOperation(request, mover!)));

    public async ValueTask<ReplayReply> ReplayAsync(ReplayRequest request) => Hinted(await Writer.RunAsync(new ReplayOperation(request, lanes)));

    public ValueTask<int> DropQuarantineAsync(IReadOnlyList<long> ids, string by) => Writer.RunAsync(new DropOperation(ids, by));

    public async ValueTask SetQueuePausedAsync(string queue, bool paused, string by, string? reason) =>
        Hinted(await Writer.RunAsync(new PauseOperation(queue, paused, by, reason)));

    public ValueTask<LockReply> AskLockAsync(LockAsk ask) => Writer.RunAsync(new AskOperation(ask));

    public async ValueTask<TicketRow[]> LetGoAsync(WorkerId worker, IReadOnlyList<long> tokens) => Hinted(await Writer.RunAsync(new LetGoOperation(worker, tokens)));

    public ValueTask<TicketRow[]> ReadTicketsAsync(WorkerId worker) => Read(statements => LockQueries.Of(statements, worker));

    public async ValueTask<bool> BreakLockAsync(long token, string by) => Hinted(await Writer.RunAsync(new BreakOperation(token, by)));

    public ValueTask<LockStatus[]> ListLocksAsync(LockFilter filter) => Read(statements => LockQueries.List(statements, filter));

    public async ValueTask<RescueReply> RescueAsync(RescueRequest request)
    {
        var reply = await rescuer!.RescueAsync(request);
        if (reply.Jobs.Length > 0 || reply.WorkersBuried > 0) WorkArrived?.Invoke();
        return reply;
    }

    public ValueTask<bool> PruneAsync(PruneRequest request) => Writer.RunAsync(new PruneOperation(request, prunePlace));

    public ValueTask<JobPage> ListJobsAsync(JobFilter filter) => Read(statements => jobs!.List(statements, filter));

    public ValueTask<JobDetails?> GetJobAsync(JobId id) => Read(statements => jobs!.Get(statements, id));

    public ValueTask<JobVerdict?> GetVerdictAsync(JobId id) => Read(statements => JobQueries.Verdict(statements, id));

    public ValueTask<QuarantinePage> ListQuarantineAsync(QuarantineFilter filter) => Read(statements => StoreQueries.Quarantine(statements, filter));

    public ValueTask<QueueReading[]> ListQueuesAsync() => Read(statements => store!.Queues(statements));

    public ValueTask<PausedQueue[]> ListPausedQueuesAsync() => Read(StoreQueries.Paused);

    public ValueTask<WorkerReading[]> ListWorkersAsync() => Read(statements => store!.Workers(statements));

    public ValueTask<StoreReading> GetStoreAsync() => new(store!.Store());

    public ValueTask<string?> ProbeAsync() => Probe.RunAsync(Writer);

    public ValueTask<StoreFinding[]> ExamineAsync() => new([]);

    // On the thread that found out; once at each change, however many writes are refused in between.
    void Tell(StoreTrouble? trouble)
    {
        if (trouble is null) logger?.LogInformation("The store at {Path} can be written again.", options.Path);
        else logger?.LogError("The store at {Path} cannot be written: {Trouble}", options.Path, trouble.Message);
    }

    T Hinted<T>(T reply)
    {
        WorkArrived?.Invoke();
        return reply;
    }

    ValueTask<T> Read<T>(Func<StatementCache, T> read) => Readers.ReadAsync(read);
}
