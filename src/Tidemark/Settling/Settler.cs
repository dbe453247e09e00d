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

    // Each settlement carries its fence: a repeat after an unknown outcome is harmless, so a store that is ill is simply asked again.
    async Task WriteAsync(List<Settlement> batch, CancellationToken stop)
    {
        var wait = FirstWait;
        while (true)
        {
            try
            {
                Conclude(batch, await parts.Store.SettleAsync(batch));
                return;
            }
            catch (StoreException fault) when (!stop.IsCancellationRequested)
            {
                logger.LogError(fault, "{Count} outcomes could not be written yet: {Message}", batch.Count, fault.Message);
                await Task.Delay(wait, parts.Time, CancellationToken.None);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
            catch (Exception fault)
            {
                logger.LogCritical(fault, "{Count} outcomes were given up; their jobs stay leased until this process ends: {Message}", batch.Count, fault.Message);
                return;
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

    // The handler succeeded, but its writes did not: that is a failed attempt, under the same policy as a thrown one.
    Settlement EffectsFailed(Settlement settlement)
    {
        var error = settlement.EffectsError ?? new TidemarkException("The effects failed without an error.");
        var retry = parts.Catalog.Find(settlement.Job.Name)?.Retry ?? RetryPolicy.Default;
        var verdict = Lifecycle.Verdicts.Of(
            new(Lifecycle.OutcomeKind.Failed) { Error = error },
            new(settlement.Job.Attempt, settlement.Job.Failures, settlement.Job.Crashes), retry, parts.Entropy.NextDouble());
        return settlement with
        {
            Event = verdict.Event, Next = verdict.Next, DueAfter = verdict.DueAfter, DueAt = null, Failures = verdict.Budgets.Failures,
            Result = null, Effects = null, EffectsError = null, Reason = error.Message, Error = ErrorText.Of(error),
        };
    }
}
