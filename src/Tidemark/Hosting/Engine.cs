using Microsoft.Extensions.Logging;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Running;
using Tidemark.Scheduling;
using Tidemark.Seams;
using Tidemark.Settling;
using Tidemark.Upkeep;

namespace Tidemark.Hosting;

/// <summary>
/// One worker. A job's life in it, step by step; the folders carry the same order. Step 0 is a schedule's: the <see cref="Timekeeper"/> finds what is due
/// and hands its occurrences to step 1, in one write.
/// <list type="number">
/// <item>Enqueueing: a client's request becomes a row (<c>JobClient</c>; needs no engine).</item>
/// <item>Leasing: the <see cref="Dispatcher"/> claims a batch into the <see cref="Slots"/>; <see cref="Beats"/> keep the lease; <see cref="AskWatch"/> hears requests.</item>
/// <item>Running: a slot gives the job to the <see cref="AttemptRunner"/>: decode, invoke, steps, streams, checkpoints → outcome.</item>
/// <item>Settling: the <see cref="Settler"/> writes outcomes in batches, each presenting its lease.</item>
/// <item>Locking: the <see cref="LockKeeper"/> keeps what handlers and others in this process have locked.</item>
/// <item>Upkeep: <see cref="Rescue"/> of dead workers' jobs, pruning, the <see cref="Watch"/> over what runs.</item>
/// </list>
/// Draining walks it backwards: claims stop, attempts are asked to leave, outcomes are written, beats end last.
/// </summary>
internal sealed class Engine(EngineParts parts) : IAsyncDisposable
{
    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark");
    readonly RunningAttempts running = new();
    readonly CancellationTokenSource settlerStop = new();
    readonly List<Chore> chores = [];
    readonly List<Task> work = [];    // the dispatcher and the slots: they end when everything claimed is given back
    readonly List<Task> upkeep = [];  // the chores: they end when told
    Slots[] queues = [];
    WorkerLease? worker;
    Settler? settler;
    Dispatcher? dispatcher;
    AttemptRunner? runner;
    Beats? beats;
    Chore? lockChore;
    AlertBoard? alerts;
    Timekeeper? timekeeper;
    Task? settling, beating;
    Task rejoining = Task.CompletedTask; // set on the pulse lane, once each time this worker is declared dead

    public RunningAttempts Running => running;

    public WorkerId? Worker => worker?.Id;

    /// <summary>Null before the start.</summary>
    public LockKeeper? Locks { get; private set; }

    /// <summary>Why this worker starts nothing at present; null: it works.</summary>
    public string? Trouble => worker is null || beats is not { Draining: false } ? null
        : worker.IsTrusted ? dispatcher?.Trouble
        : $"The last good beat of this worker is older than its lease of {parts.Options.LeaseDuration} allows: it has stopped handing out items, and joins again once the store can be reached.";

    /// <summary>Told of each durable settlement.</summary>
    public Action<Settlement>? Settled { get; set; }

    /// <summary>Work may have come.</summary>
    public void Hint() => dispatcher?.Hint();

    /// <summary>Registers the worker and starts the loops. The store is open.</summary>
    public async Task StartAsync()
    {
        var options = parts.Options;
        queues = [.. QueuesAndSlots().Select(queue => new Slots(queue.Key, queue.Value, options.MaxPrefetch, parts.Time))];
        var sent = parts.Time.GetTimestamp();
        var id = await parts.Store.RegisterAsync(Profile());
        worker = new(id, parts.Time, options.LeaseDuration);
        worker.BeatAccepted(sent);

        settler = new(parts) { Settled = Settled + new Action<Settlement>(settlement => dispatcher!.Settled(settlement)) };
        runner = new(parts, worker, parts.Store.PresenceOf(id), running, settler);
        dispatcher = new(parts, worker, queues, running, settler, runner);
        Locks = new(parts, worker);
        beats = new(parts, worker, running, () => !settler.Held.IsEmpty || Locks.Counts != (0, 0)) { DeclaredDead = () => rejoining = Lanes.StartOn(parts.Lanes.Engine, RejoinAsync) };
        if (parts.Instruments is { } instruments) instruments.Locks = () => Locks.Counts;
        (parts.Store.WorkArrived, parts.Store.BeatWanted) = (WorkArrived, beats.Hasten);

        beating = parts.Lanes.Pulse.Start(beats.RunAsync);
        settling = Lanes.StartOn(parts.Lanes.Engine, () => settler.RunAsync(settlerStop.Token));
        work.Add(Lanes.StartOn(parts.Lanes.Engine, dispatcher.RunAsync));
        foreach (var queue in queues)
        {
            for (var slot = 0; slot < queue.Count; slot++) work.Add(Lanes.StartOn(parts.Lanes.Handlers, () => queue.RunSlotAsync(runner)));
        }
        timekeeper = new(parts);
        upkeep.Add(Lanes.StartOn(parts.Lanes.Engine, timekeeper.RunAsync));
        alerts = new(parts);
        upkeep.Add(Lanes.StartOn(parts.Lanes.Engine, alerts.RunAsync));
        StartChores();
        logger.LogInformation("Worker {Worker} ({Name}) runs {Jobs} from {Queues}.", id.Value, options.WorkerName, string.Join(", ", parts.Catalog.Names), string.Join(", ", queues.Select(queue => $"{queue.Queue} ({queue.Count})")));
    }

    /// <summary>
    /// Drains: no new claims, running attempts finish what is in flight, checkpoint and leave; beats go on until the last has returned. What
    /// outlasts the grace is aborted; what ignores even that keeps its lease until the process is gone.
    /// </summary>
    /// <returns>True if everything was given back.</returns>
    public async Task<bool> DrainAsync(CancellationToken hurry)
    {
        if (dispatcher is null || beats is null || settler is null || worker is null) return true;
        FaultPoints.Hit(FaultPoints.DrainInside);
        beats.Draining = true;
        dispatcher.StopClaiming();
        timekeeper?.Stop();
        // Slots may still start what they took a moment before: whoever starts from here on is asked at once. Set before the others are
        // asked, so that none slips between.
        running.OnAdded = attempt => attempt.Ask(new(StopCause.Drain, "the worker is stopping"));
        running.AskAll(new(StopCause.Drain, "the worker is stopping"));
        var clean = await EndedWithinAsync(AllReturnedAsync(), parts.Options.DrainTimeout, hurry);
        if (!clean)
        {
            logger.LogWarning("{Count} attempts did not finish within the drain's {Timeout}: they are aborted.", running.Count, parts.Options.DrainTimeout);
            foreach (var attempt in running.Snapshot()) attempt.Control.GiveUp();
            clean = await EndedWithinAsync(AllReturnedAsync(), parts.Options.AbortGrace, CancellationToken.None);
        }
        foreach (var chore in chores.Where(chore => clean || chore != lockChore)) chore.Stop();
        var settled = await EndedWithinAsync(settler.WhenIdleAsync(), parts.Options.AbortGrace, CancellationToken.None);
        if (!clean) logger.LogError("{Count} attempts ignore their abort. Their jobs stay leased until this process ends; then another worker takes them.", running.Count);
        // Without an attempt the worker goes with its row, and its locks are others' from then on.
        Locks?.Stop(staysAlive: running.Count > 0);
        await RetireAsync(worker.Id);
        if (!clean) return false; // the beats go on until the process is gone, and whoever returns after all has his outcome written
        beats.Stop();
        settlerStop.Cancel();
        return settled;
    }

    public async ValueTask DisposeAsync()
    {
        (parts.Store.WorkArrived, parts.Store.BeatWanted) = (null, null);
        if (beats is not null) beats.Draining = true;
        beats?.Stop();
        await rejoining;
        settlerStop.Cancel();
        settler?.Hint();
        if (settling is not null) await settling;
        if (beating is not null) await beating;
        timekeeper?.Stop();
        foreach (var chore in chores) chore.Stop();
        alerts?.Stop();
        await Task.WhenAll(upkeep);
        timekeeper?.Dispose();
        alerts?.Dispose();
        foreach (var chore in chores) chore.Dispose();
        dispatcher?.Dispose();
        settler?.Dispose();
        settlerStop.Dispose();
    }

    void WorkArrived()
    {
        dispatcher!.Hint();
        if (Locks!.IsWaiting) lockChore?.Hint();
    }

    // The dispatcher has handed back what was never started, and every handler has returned.
    async Task AllReturnedAsync()
    {
        await Task.WhenAll(work);
        await running.WhenEmptyAsync();
    }

    async Task RetireAsync(WorkerId id)
    {
        try
        {
            await parts.Store.RetireAsync(id);
        }
        catch (Exception fault) // whatever it is: everything else has been given back, and the host is to stop
        {
            logger.LogWarning(fault, "The worker could not sign off; it will be found dead instead: {Message}", fault.Message);
        }
    }

    // A process that was stopped for longer than its lease comes back as a new worker: its former jobs are others', and there is work to do.
    async Task RejoinAsync()
    {
        while (!beats!.Draining)
        {
            try
            {
                var sent = parts.Time.GetTimestamp();
                var id = await parts.Store.RegisterAsync(Profile());
                runner!.Rejoined(parts.Store.PresenceOf(id));
                worker!.Rejoined(id, sent);
                logger.LogWarning("The worker has joined again as {Worker}.", id.Value);
                dispatcher!.Hint();
                return;
            }
            catch (Exception fault) // whatever it is: a worker that gives up here would beat for ever and do nothing
            {
                logger.LogError(fault, "The worker could not join again yet: {Message}", fault.Message);
                await Task.Delay(parts.Options.BeatInterval, parts.Time);
            }
        }
    }

    WorkerProfile Profile() => new()
    {
        Name = parts.Options.WorkerName,
        Host = Environment.MachineName,
        ProcessId = Environment.ProcessId,
        JobNames = parts.Catalog.Names,
        Queues = [.. queues.Select(queue => queue.Queue)],
        LeaseDuration = parts.Options.LeaseDuration,
        Slots = queues.Sum(queue => queue.Count),
    };

    void StartChores()
    {
        var options = parts.Options;
        Add("asks", options.BeatInterval, new AskWatch(parts, worker!, running).RunOnceAsync);
        Add("rescue", options.RescueInterval, new Rescue(parts, worker!).RunOnceAsync);
        Add("watch", TimeSpan.FromSeconds(1), new Watch(parts, running).RunOnceAsync);
        Add("logs", TimeSpan.FromSeconds(1), new RunningLogs(parts, running).RunOnceAsync);
        lockChore = Add("locks", options.BeatInterval, Locks!.RunOnceAsync);
        Add("schedules", TimeSpan.FromMinutes(1), new Declarer(parts).KeepAsync);
        Add("schedule-watch", ScheduleWatch.Interval, new ScheduleWatch(parts, alerts!).RunOnceAsync);
        Add("prune", Prune.Interval, new Prune(parts, () => beats!.Draining).RunOnceAsync);
    }

    Chore Add(string name, TimeSpan interval, Func<Task> runOnce)
    {
        var chore = new Chore(name, interval, runOnce, parts);
        chores.Add(chore);
        upkeep.Add(Lanes.StartOn(parts.Lanes.Engine, chore.RunAsync));
        return chore;
    }

    IEnumerable<KeyValuePair<string, int>> QueuesAndSlots() => parts.Options.Queues.Count > 0
        ? parts.Options.Queues.OrderBy(queue => queue.Key, StringComparer.Ordinal)
        : parts.Catalog.All.Select(job => job.Queue).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(queue => KeyValuePair.Create(queue, parts.Options.Slots));

    async Task<bool> EndedWithinAsync(Task task, TimeSpan time, CancellationToken hurry)
    {
        try
        {
            await task.WaitAsync(time, parts.Time, hurry);
            return true;
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            return task.IsCompletedSuccessfully;
        }
    }
}
