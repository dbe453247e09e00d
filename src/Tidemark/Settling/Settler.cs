using Microsoft.Extensions.Logging;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Settling;

/// <summary>
/// Collects settlements and writes them in batches: while one write is under way the next batch fills, so that batches grow with the load and
/// a lone settlement waits for nothing.
/// </summary>
internal sealed class Settler : IDisposable
{
    const int MaxBatch = 500;
    const int MaxWaiting = 10_000; // settlements held in memory; past it, posting waits. Less than StoreLimits.ReturnedRemembered
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    readonly EngineParts parts;
    readonly ILogger logger;
    readonly Wake posted;
    readonly Lock gate = new();
    List<Settlement> waiting = [];
    TaskCompletionSource? room;
    TaskCompletionSource? idle;
    int unsettled;
    bool hasGivenUp; // the loop's own

    public Settler(EngineParts parts)
    {
        this.parts = parts;
        logger = parts.Loggers.CreateLogger("Tidemark.Settling");
        posted = new(parts.Lanes.Timers);
    }

    /// <summary>What was claimed and is not yet settled.</summary>
    public HeldJobs Held { get; } = new();

    /// <summary>Told of each settlement that is durable: waiters in this process need not poll.</summary>
    public Action<Settlement>? Settled { get; set; }

    /// <summary>Hands a settlement over; waits only when the store has fallen far behind.</summary>
    public ValueTask PostAsync(Settlement settlement)
    {
        var full = Add(settlement);
        return full is null ? default : new(full);
    }

    /// <summary>Makes the loop look up, to see that it is told to end.</summary>
    public void Hint() => posted.Set();

    /// <summary>Completes when everything posted so far is written.</summary>
    public async Task WhenIdleAsync()
    {
        Task written;
        lock (gate)
        {
            if (unsettled == 0) return;
            written = (idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        // Awaited here, not handed out: a WaitAsync or WhenAll upon such a task goes on in the thread pool, outside the lane.
        await written;
    }

    /// <summary>The loop; runs on the engine lane until cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var batch = Take();
            if (batch.Count == 0)
            {
                await posted.WaitAsync(Timeout.InfiniteTimeSpan);
                continue;
            }
            await WriteAsync(batch, stop);
            Release(batch.Count);
        }
        // What was posted meanwhile: one try each, for the process is about to end.
        for (var rest = Take(); rest.Count > 0; rest = Take())
        {
            await WriteAsync(rest, stop);
            Release(rest.Count);
        }
    }

    public void Dispose() => posted.Dispose();

    List<Settlement> Take()
    {
        TaskCompletionSource? freed;
        List<Settlement> batch;
        lock (gate)
        {
            if (waiting.Count <= MaxBatch)
            {
                batch = waiting;
                waiting = [];
            }
            else
            {
                batch = waiting.GetRange(0, MaxBatch);
                waiting.RemoveRange(0, MaxBatch);
            }
            freed = waiting.Count <= MaxWaiting / 2 ? room : null;
            if (freed is not null) room = null;
        }
        freed?.TrySetResult();
        return batch;
    }

    void Release(int count)
    {
        TaskCompletionSource? done = null;
        lock (gate)
        {
            unsettled -= count;
            if (unsettled == 0) (done, idle) = (idle, null);
        }
        done?.TrySetResult();
    }

    // A batch that the store cannot write for another reason than its own health has one in it that cannot be written: the others stand alone.
    async Task WriteAsync(List<Settlement> batch, CancellationToken stop)
    {
        if (await TryWriteAsync(batch, stop) is not { } refused) return;
        if (batch.Count > 1)
        {
            foreach (var settlement in batch) await WriteAsync([settlement], stop);
            return;
        }
        var fault = new TidemarkException($"The outcome {batch[0].Event} could not be written: {ErrorText.MessageOf(refused)}", refused);
        logger.LogError(fault, "Job {Job} fails: {Message}", batch[0].Job.Id, fault.Message);
        if (await TryWriteAsync([As(batch[0], new(OutcomeKind.Faulted) { Error = fault, Reason = fault.Message }, RetryPolicy.None)], stop) is { } again)
            logger.LogCritical(again, "The outcome of job {Job} was given up; it stays leased until this process ends: {Message}", batch[0].Job.Id, again.Message);
    }

    // Each settlement carries its fence: a repeat after an unknown outcome is harmless, so a store that is ill is simply asked again. Answers what
    // else stood in the way.
    async Task<Exception?> TryWriteAsync(List<Settlement> batch, CancellationToken stop)
    {
        if (hasGivenUp)
        {
            logger.LogCritical("{Count} outcomes were given up unwritten, as those before them; their jobs run again once this worker is found dead.", batch.Count);
            return null;
        }
        var wait = FirstWait;
        while (true)
        {
            try
            {
                Conclude(batch, await parts.Store.SettleAsync(batch));
                if (wait != FirstWait) logger.LogInformation("The store answers again; {Count} outcomes are written.", batch.Count);
                return null;
            }
            catch (StoreException fault) when (stop.IsCancellationRequested)
            {
                hasGivenUp = true;
                logger.LogCritical(fault, "{Count} outcomes were given up; their jobs run again once this worker is found dead: {Message}", batch.Count, fault.Message);
                return null;
            }
            catch (StoreException fault)
            {
                // Once: it is tried again several times a second, and how the store is stands in its health.
                if (wait == FirstWait) logger.LogError(fault, "{Count} outcomes could not be written yet: {Message}", batch.Count, fault.Message);
                await Task.Delay(wait, parts.Time, CancellationToken.None);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
            catch (Exception fault)
            {
                return fault;
            }
        }
    }

    // Answers what to wait for if there is too much already.
    Task? Add(Settlement settlement)
    {
        Task? full = null;
        lock (gate)
        {
            waiting.Add(settlement);
            unsettled++;
            if (waiting.Count > MaxWaiting) full = (room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
        posted.Set();
        return full;
    }

    void Conclude(List<Settlement> batch, SettleVerdict[] verdicts)
    {
        Held.Remove(batch.Where((_, at) => verdicts[at] != SettleVerdict.EffectsFailed).Select(settlement => settlement.Lease));
        for (var i = 0; i < verdicts.Length; i++)
        {
            switch (verdicts[i])
            {
                case SettleVerdict.Settled:
                    Settled?.Invoke(batch[i]);
                    break;
                case SettleVerdict.LeaseLost:
                    logger.LogWarning("The outcome {Outcome} of job {Job} was refused: its lease had gone to another worker, which runs it again.", batch[i].Event, batch[i].Job.Id);
                    break;
                default:
                    _ = Add(EffectsFailed(batch[i])); // not waiting for room: only this loop can make it
                    break;
            }
        }
    }

    // The handler succeeded, but its writes did not: the attempt ends as if it had thrown what they threw.
    Settlement EffectsFailed(Settlement settlement)
    {
        var error = settlement.EffectsError ?? new TidemarkException("The effects failed without an error.");
        var definition = parts.Catalog.Find(settlement.Job.Name);
        return As(settlement, (definition?.Faults ?? new([])).OutcomeOf(error), definition?.Retry ?? RetryPolicy.Default);
    }

    Settlement As(Settlement settlement, Outcome outcome, RetryPolicy retry)
    {
        var job = settlement.Job;
        var verdict = Verdicts.Of(outcome, new(job.Attempt, job.Failures, job.Crashes), retry, parts.Entropy.NextDouble());
        var reason = ErrorText.Reason(outcome.Reason);
        return settlement with
        {
            Event = verdict.Event, Next = verdict.Next, DueAfter = verdict.DueAfter, DueAt = verdict.DueAt,
            Attempt = verdict.Budgets.Attempt, Failures = verdict.Budgets.Failures, Crashes = verdict.Budgets.Crashes,
            Result = null, Effects = null, EffectsError = null, Reason = reason, Error = outcome.Error is { } error ? ErrorText.Of(error) : null,
            Interruption = outcome.Kind == OutcomeKind.Parked
                ? new() { Cause = InterruptionCause.Park, CostItems = 0, CostMs = 0, Exact = true, Detail = reason ?? nameof(OutcomeKind.Parked), Until = outcome.Until }
                : null,
        };
    }
}
