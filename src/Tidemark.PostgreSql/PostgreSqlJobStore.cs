using System.Data.Common;
using Npgsql;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Locking;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Controlling;
using Tidemark.PostgreSql.Enqueueing;
using Tidemark.PostgreSql.Leasing;
using Tidemark.PostgreSql.Locking;
using Tidemark.PostgreSql.Reading;
using Tidemark.PostgreSql.Running;
using Tidemark.PostgreSql.Scheduling;
using Tidemark.PostgreSql.Settling;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Upkeep;
using Tidemark.PostgreSql.Writing;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Settling;
using Tidemark.Storage.Presence;
using Tidemark.Storage;
using Tidemark.Upkeep;
using FaultPoints = Tidemark.Seams.FaultPoints;

namespace Tidemark.PostgreSql;

/// <summary>The stages on one PostgreSQL schema: what writes shares commits on the writing connections, what reads goes by the reading ones.</summary>
internal sealed class PostgreSqlJobStore(NpgsqlDataSource source, TidemarkPostgreSqlOptions options) : IExaminedStore
{
    OpenParts? parts;

    public Action? WorkArrived { get; set; }

    public Action? BeatWanted { get; set; }

    OpenParts Open => parts ?? throw new InvalidOperationException("The store is not open. Call OpenAsync first, and nothing after DisposeAsync.");

    public async ValueTask OpenAsync() => parts ??= await OpenParts.OpenAsync(source, options, () => WorkArrived?.Invoke(), () => BeatWanted?.Invoke());

    public async ValueTask DisposeAsync()
    {
        if (parts is { } open) await open.DisposeAsync();
        parts = null;
    }

    public IPresence PresenceOf(WorkerId worker) => Open.Workers.PresenceOf(worker);

    /// <summary>Gives a worker of this process up without a farewell: to others it is as dead as one whose process is gone.</summary>
    public void LetGo(WorkerId worker) => Open.Workers.PresenceOf(worker).LetGo();

    public ValueTask<DueSchedules> ReadDueSchedulesAsync(int limit) => Open.Readers.RunAsync(new ReadDelegate<DueSchedules>(statements => ScheduleQueries.Due(statements, limit)));

    public ValueTask<SchedulePage> ListSchedulesAsync(ScheduleFilter filter) => Read(statements => ScheduleQueries.List(statements, filter));

    public ValueTask<ScheduleDetails?> GetScheduleAsync(string name) => Read(statements => ScheduleQueries.Get(statements, name));

    public ValueTask<OccurrenceReading[]> ListOccurrencesAsync(OccurrenceFilter filter) => Read(statements => ScheduleQueries.Occurrences(statements, filter));

    public async ValueTask<ScheduleReply[]> ChangeSchedulesAsync(IReadOnlyList<ScheduleChange> changes)
    {
        if (changes.Count == 0) return [];
        var replies = await Open.Writer.RunAsync(new ChangeOperation(changes, Open.Lanes));
        return Array.Exists(replies, reply => reply.Jobs.Length > 0) ? Hinted(replies) : replies;
    }

    public async ValueTask<EnqueueReply[]> EnqueueAsync(IReadOnlyList<NewJob> jobs, DbTransaction? transaction)
    {
        var operation = new EnqueueOperation(jobs, Open.Lanes, Open.Inserting, options.CopyFrom);
        if (transaction is not null) return UserTransaction.Run(transaction, Open.Database, operation);
        var replies = await (operation.HasKeys ? Open.Keyed : Open.Writer).RunAsync(operation);
        if (jobs.Any(job => job.DueAt is not null || job.Priority > 0)) parts?.Water.Forget();
        Tell();
        return replies;
    }

    public ValueTask<WorkerId> RegisterAsync(WorkerProfile worker) => Open.Workers.RegisterAsync(worker);

    public ValueTask<BeatReply> BeatAsync(Beat beat) => new(Open.Workers.Beat(beat));

    public async ValueTask<ClaimReply> ClaimAsync(ClaimRequest request)
    {
        FaultPoints.Hit(FaultPoints.ClaimBeforeCommit);
        if (Open.Guard.IsFormer(request.Worker)) return new() { Jobs = [], More = false, NextDueAt = null, Now = (await GetStoreAsync()).Now };
        if (request.Prompt == ClaimPrompt.Poll && Open.Water.IsFromBottom && await LookAsync(request) is { } nothing) return nothing;
        var claim = Claim(request);
        var reply = await Open.Guard.RunAsync(request.Worker, claim);
        if (claim.FoundMark) reply = await LetInAsync(request, reply);
        if (reply.More && request.Prompt != ClaimPrompt.Told) parts?.Neighbours.Hint(); // of a large fleet few have looked
        FaultPoints.Hit(FaultPoints.ClaimAfterCommit);
        return reply;
    }

    // On the writing connections, where no slow reading of somebody's stands before it. Whatever keeps it from looking, the claim says what is the matter, if anything is.
    async ValueTask<ClaimReply?> LookAsync(ClaimRequest request)
    {
        try
        {
            return await Open.Writer.RunAsync(new ReadDelegate<ClaimReply?>(statements => ClaimLook.FindsNothing(statements, request, Open.Workers.JobNamesOf(request.Worker))));
        }
        catch (StoreException)
        {
            return null;
        }
    }

    // What was taken is committed: whatever goes wrong from here on, the worker must ask what it holds.
    async ValueTask<ClaimReply> LetInAsync(ClaimRequest request, ClaimReply taken)
    {
        try
        {
            if (!await Open.Writer.RunAsync(new LetInOperation(Open.Round))) return taken;
            parts?.Water.Forget();
            var rest = await Open.Guard.RunAsync(request.Worker, Claim(request.After(taken.Jobs)));
            return rest with { Jobs = [.. taken.Jobs, .. rest.Jobs] };
        }
        catch (StoreException fault)
        {
            throw new StoreException(fault.Message, outcomeUnknown: true, fault);
        }
    }

    ClaimOperation Claim(ClaimRequest request) => new(request, Open.Workers.JobNamesOf(request.Worker), Open.Lanes, Open.Water);

    public ValueTask<Ask[]> ReadAsksAsync(WorkerId worker) => Read(statements => AskQueries.Of(statements, worker));

    public ValueTask RetireAsync(WorkerId worker) => Open.Workers.RetireAsync(worker);

    public ValueTask<JobMemory> RecallAsync(JobId job, JobId? parent) => Read(statements => MemoryQueries.Recall(statements, job, parent));

    public ValueTask<SaveReply> SaveMemoAsync(Lease lease, StepMemo memo) => Open.Guard.RunAsync(lease.Worker, new MemoOperation(lease, memo), StoreGuard.Lost);

    public async ValueTask<SaveReply> CheckpointAsync(Checkpoint checkpoint)
    {
        if (checkpoint.Rows is null == checkpoint.Effects is null)
            throw new ArgumentException($"The checkpoint of stream '{checkpoint.Stream}' needs rows or effects, one of the two.", nameof(checkpoint));
        FaultPoints.Hit(FaultPoints.CheckpointBeforeCommit);
        var reply = await Open.Guard.RunAsync(checkpoint.Lease.Worker, new CheckpointOperation(checkpoint, options.UserTransactionTimeLimit), StoreGuard.Lost);
        FaultPoints.Hit(FaultPoints.CheckpointAfterCommit);
        return reply;
    }

    public async ValueTask<SaveReply> SplitAsync(Split split)
    {
        FaultPoints.Hit(FaultPoints.SplitBeforeCommit);
        var reply = Hinted(await Open.Guard.RunAsync(split.Lease.Worker, new SplitOperation(split, Open.Lanes), StoreGuard.Lost));
        FaultPoints.Hit(FaultPoints.SplitAfterCommit);
        return reply;
    }

    public ValueTask<SaveVerdict[]> SaveLogAsync(IReadOnlyList<LogNews> news) => Open.Guard.RunAsync(news, one => one.Lease.Worker, held => new LogOperation(held), SaveVerdict.LeaseLost);

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
        var verdicts = await Open.Guard.RunAsync(batch, one => one.Lease.Worker, held => new SettleOperation(held, Open.Mover, Open.Workers.IsRetired, options.UserTransactionTimeLimit), SettleVerdict.LeaseLost);
        FaultPoints.Hit(FaultPoints.SettleAfterCommit);
        if (batch.Any(settlement => !Transitions.IsTerminal(settlement.Next))) parts?.Water.Forget();
        return batch.Any(StoreLaw.MayLetOthersGo) ? Hinted(verdicts) : verdicts;
    }

    public async ValueTask<ControlReply> ControlAsync(ControlRequest request) => Hinted(await Open.Writer.RunAsync(new ControlOperation(request, Open.Mover)));

    public async ValueTask<ReplayReply> ReplayAsync(ReplayRequest request) => Hinted(await Open.Writer.RunAsync(new ReplayOperation(request, Open.Lanes)));

    public ValueTask<int> DropQuarantineAsync(IReadOnlyList<long> ids, string by) => Open.Writer.RunAsync(new DropOperation(ids, by));

    public async ValueTask SetQueuePausedAsync(string queue, bool paused, string by, string? reason) =>
        Hinted(await Open.Writer.RunAsync(new PauseOperation(queue, paused, by, reason)));

    public ValueTask<LockReply> AskLockAsync(LockAsk ask) => Open.Guard.RunAsync(ask.Worker, new AskOperation(ask));

    public async ValueTask<TicketRow[]> LetGoAsync(WorkerId worker, IReadOnlyList<long> tokens) => Hinted(await Open.Guard.RunAsync(worker, new LetGoOperation(worker, tokens), []));

    public ValueTask<TicketRow[]> ReadTicketsAsync(WorkerId worker) => Read(statements => LockQueries.Of(statements, worker));

    public async ValueTask<bool> BreakLockAsync(long token, string by) => Hinted(await Open.Writer.RunAsync(new BreakOperation(token, by)));

    public ValueTask<LockStatus[]> ListLocksAsync(LockFilter filter) => Read(statements => LockQueries.List(statements, filter));

    public async ValueTask<RescueReply> RescueAsync(RescueRequest request)
    {
        var reply = await Open.Rescuer.RescueAsync(request);
        return reply.Jobs.Length > 0 || reply.WorkersBuried > 0 ? Hinted(reply) : reply;
    }

    public async ValueTask<bool> PruneAsync(PruneRequest request)
    {
        var more = false;
        try
        {
            return more = await Open.Writer.RunAsync(new PruneOperation(request));
        }
        finally
        {
            if (!more) await Open.Days.KeepAsync(request.FinishedOlderThan); // also where nothing can be dropped: the coming days must be there
        }
    }

    public ValueTask<JobPage> ListJobsAsync(JobFilter filter) => Read(statements => Open.Jobs.List(statements, filter));

    public ValueTask<JobDetails?> GetJobAsync(JobId id) => Read(statements => Open.Jobs.Get(statements, id));

    public ValueTask<JobVerdict?> GetVerdictAsync(JobId id) => Read(statements => JobQueries.Verdict(statements, id));

    public ValueTask<QuarantinePage> ListQuarantineAsync(QuarantineFilter filter) => Read(statements => StoreQueries.Quarantine(statements, filter));

    public ValueTask<QueueReading[]> ListQueuesAsync() => Read(StoreQueries.Queues);

    public ValueTask<PausedQueue[]> ListPausedQueuesAsync() => Read(StoreQueries.Paused);

    public ValueTask<WorkerReading[]> ListWorkersAsync() => Read(statements => Open.Store.Workers(statements));

    public ValueTask<StoreReading> GetStoreAsync() => Read(statements => Open.Store.Store(statements));

    public ValueTask<string?> ProbeAsync() => Condition.ProbeAsync(Open.Writer);

    public ValueTask<StoreFinding[]> ExamineAsync() => Read(Open.Condition.Examine);

    // Of what may come before what is known.
    T Hinted<T>(T reply)
    {
        parts?.Water.Forget();
        Tell();
        return reply;
    }

    void Tell()
    {
        WorkArrived?.Invoke();
        parts?.Neighbours.Hint(); // what was told of is committed, whether the store closes meanwhile or not
    }

    // Planned for what is asked, and for the tables as they are.
    ValueTask<T> Read<T>(Func<StatementCache, T> read) => Open.Readers.RunAsync(new ReadDelegate<T>(statements => read(statements.Unprepared)));
}
