using Microsoft.Extensions.Logging;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Seams;
using Tidemark.Settling;

namespace Tidemark.Leasing;

/// <summary>Wakes by a hint, a free slot, a due time or the poll; claims a batch for every queue that has room; hands it to the slots.</summary>
internal sealed class Dispatcher : IDisposable
{
    static readonly TimeSpan AfterFault = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan StaleCheck = TimeSpan.FromMilliseconds(250);

    readonly EngineParts parts;
    readonly WorkerLease worker;
    readonly Slots[] queues;
    readonly RunningAttempts running;
    readonly Settler settler;
    readonly AttemptRunner runner;
    readonly ILogger logger;
    readonly Wake wake;
    readonly HashSet<Lease> suspects = []; // claimed as suspects and neither cleared nor settled; the loop's own
    bool draining;
    volatile string? trouble;
    ClaimPrompt next; // if nobody tells of anything before
    long told; // when somebody has told of work last; the loop's own
    bool isInDoubt; // the answer of a claim was lost: the store may have given us what we do not know of

    public Dispatcher(EngineParts parts, WorkerLease worker, Slots[] queues, RunningAttempts running, Settler settler, AttemptRunner runner)
    {
        (this.parts, this.worker, this.queues, this.running, this.settler, this.runner) = (parts, worker, queues, running, settler, runner);
        logger = parts.Loggers.CreateLogger("Tidemark.Leasing");
        wake = new(parts.Lanes.Timers);
        foreach (var queue in queues) queue.RunsLow = wake.Set;
    }

    /// <summary>Why nothing is claimed at present; null: it is.</summary>
    public string? Trouble => trouble;

    /// <summary>Work may have come, or room for it.</summary>
    public void Hint() => wake.Set();

    /// <summary>An outcome is written. The last look may have been just before it, and a job that is due again soon would wait a whole poll; later ones are found by polling.</summary>
    public void Settled(Settlement settlement)
    {
        var dueIn = settlement.DueAt is { } due ? due - parts.Time.GetUtcNow() : settlement.DueAfter;
        if (settlement.Event is JobEvent.Park or JobEvent.Retry && dueIn < parts.Options.PollInterval) wake.Set();
    }

    public void StopClaiming()
    {
        Volatile.Write(ref draining, true);
        wake.Set();
    }

    /// <summary>The loop; runs on the engine lane until <see cref="StopClaiming"/>.</summary>
    public async Task RunAsync()
    {
        var prompt = ClaimPrompt.Told;
        while (!Volatile.Read(ref draining))
        {
            var wait = IsLeftToOthers(prompt) ? parts.Options.PollInterval : await TryAsync(prompt); // left, it is a poll again
            await GiveBackStaleAsync();
            var isTold = wait <= TimeSpan.Zero || await wake.WaitAsync(wait);
            if (isTold) told = parts.Time.GetTimestamp();
            prompt = isTold ? ClaimPrompt.Told : next;
        }
        foreach (var queue in queues)
        {
            foreach (var job in queue.Close()) await settler.PostAsync(runner.Unstarted(job));
        }
    }

    public void Dispose() => wake.Dispose();

    // Not by what was known of the others before work came: they may have taken it, and have no room for more.
    bool IsLeftToOthers(ClaimPrompt prompt) => prompt == ClaimPrompt.Poll && trouble is null
        && parts.Turns.HasNewsSince(told) && !parts.Turns.IsMine(parts.Options.PollInterval, fleet => fleet.Waiting);

    // Answers how long there is nothing to do.
    async Task<TimeSpan> TryAsync(ClaimPrompt prompt)
    {
        try
        {
            var wait = await ClaimAsync(prompt);
            if (trouble is not null) logger.LogInformation("The store answers again; claiming goes on.");
            trouble = null;
            return wait;
        }
        catch (Exception fault) // whatever it is: a loop that ends here would leave a worker that beats for ever and starts nothing
        {
            if (trouble is null) logger.LogError(fault, "Claiming has stopped, and is tried again: {Message}", fault.Message);
            trouble = $"Claiming has stopped, and is tried again: {fault.Message}";
            isInDoubt |= fault is not StoreException { OutcomeUnknown: false };
            next = ClaimPrompt.Told;
            return AfterFault;
        }
    }

    async Task<TimeSpan> ClaimAsync(ClaimPrompt prompt)
    {
        if (isInDoubt && worker.IsTrusted) return await AskAgainAsync();
        var demands = new List<QueueDemand>(queues.Length);
        foreach (var queue in queues)
        {
            var demand = Math.Min(queue.Demand, parts.Options.ClaimBatch);
            if (demand > 0) demands.Add(new(queue.Queue, demand));
        }
        if (demands.Count == 0 || !worker.IsTrusted) return Idle(null, default);

        var reply = await parts.Store.ClaimAsync(new() { Worker = worker.Id, Demands = [.. demands], SuspectAllowed = !HoldsSuspect(), Prompt = prompt });
        Note(reply);
        foreach (var demand in demands)
        {
            var queue = Array.Find(queues, known => known.Queue == demand.Queue)!;
            queue.Fill(reply.Jobs.Where(job => job.Queue == demand.Queue), demand.Max, reply.More);
        }
        return reply.More && reply.Jobs.Length > 0 ? TimeSpan.Zero : Idle(reply.NextDueAt, reply.Now);
    }

    // A lost answer is resolved by reading, never by claiming on: what it gave would stay leased to us, and nobody would run it.
    async Task<TimeSpan> AskAgainAsync()
    {
        var reply = await parts.Store.ClaimAsync(new() { Worker = worker.Id, Demands = [], SuspectAllowed = false, Known = settler.Held.Snapshot() });
        isInDoubt = false;
        Note(reply);
        foreach (var queue in queues) queue.Fill(reply.Jobs.Where(job => job.Queue == queue.Queue), asked: 0, more: true);
        return TimeSpan.Zero;
    }

    void Note(ClaimReply reply)
    {
        settler.Held.Add(reply.Jobs);
        foreach (var job in reply.Jobs)
        {
            if (job.IsSuspect) suspects.Add(job.Lease);
        }
    }

    TimeSpan Idle(DateTimeOffset? nextDueAt, DateTimeOffset now)
    {
        var wait = parts.Options.PollInterval;
        next = ClaimPrompt.Poll;
        if (nextDueAt is { } due && due - now < wait) (wait, next) = (due - now, ClaimPrompt.Due);
        foreach (var queue in queues)
        {
            if (queue.Buffered > 0 && wait > StaleCheck) (wait, next) = (StaleCheck, ClaimPrompt.Told);
        }
        return wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait;
    }

    // A suspect that waits in the buffer counts too: at most one a process. One that has cleared itself counts no more, however long it runs on:
    // else the eight-hour jobs of a process that crashed would go one after the other.
    bool HoldsSuspect()
    {
        if (suspects.Count == 0) return false;
        suspects.RemoveWhere(lease => running.Find(lease) is { } attempt ? !attempt.IsSuspect : !settler.Held.Contains(lease));
        return suspects.Count > 0;
    }

    async Task GiveBackStaleAsync()
    {
        foreach (var queue in queues)
        {
            foreach (var job in queue.TakeStale()) await settler.PostAsync(runner.Unstarted(job));
        }
    }
}
