using Tidemark.Seams;
using Tidemark.Storage;

namespace Tidemark.Running;

/// <summary>
/// A stream that has been entered, to its end: (1) recall what was saved, (2) open the source there, (3) if the breaker stands open, try a canary,
/// (4) run the lanes until nothing is left or something stops them, (5) checkpoint, (6) leave as told.
/// </summary>
internal sealed class StreamLoop<T, TCursor>(Source<T, TCursor> source, StreamSetup setup) : IStreamLoop<T>
{
    public Task ForEachAsync(Func<StreamItem<T>, CancellationToken, Task> handler) =>
        RunAsync(setup.Options.Concurrency, 1, (run, turn) => new ItemDriver<T, TCursor>(run, turn, ItemLimit.Around(setup, handler)));

    public Task ForEachBatchAsync(int size, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler)
    {
        if (size < 1 || size > setup.Options.ResumeCost.Items)
            throw new JobFaultException($"Stream '{setup.Name}' is run in batches of {size}, but its resume cost is {setup.Options.ResumeCost}. A batch counts its items against the bound: use 1 to {setup.Options.ResumeCost.Items}, or raise ResumeCost.");
        return RunAsync(LanesOf(size, setup.Options), size, (run, turn) => new BatchDriver<T, TCursor>(run, turn, size, ItemLimit.Around(setup, handler)));
    }

    /// <summary>As many batches at once as the bound holds, and no more than the keys that the next attempt is told of: those that were settled ahead of the slowest batch.</summary>
    public static int LanesOf(int size, StreamOptions options) =>
        Math.Max(1, Math.Min(options.Concurrency, Math.Min(options.ResumeCost.Items, StoreLimits.AheadGiven) / size));

    // One lane: the effects of a checkpoint are one list in one transaction.
    public Task CommitAsync(ItemEffects<T> effects) =>
        RunAsync(1, setup.Options.ResumeCost.Items, (run, _) => new EffectDriver<T, TCursor>(run, effects));

    async Task RunAsync(int lanes, int size, Func<StreamRun<T, TCursor>, SemaphoreSlim?, IStreamDriver<T>> driver)
    {
        var attempt = setup.Attempt;
        var memory = await attempt.RecallAsync(); // :: (1)
        var saved = Array.Find(memory.Streams, stream => stream.Name == setup.Name);
        if (saved is { Ended: true })
        {
            if (attempt.Job.Visit is not null) attempt.Control.End(new VisitEndedException()); // done by an attempt whose outcome was not settled
            return;
        }

        await using var run = new StreamRun<T, TCursor>(setup, source, saved, lanes, size);
        attempt.Streams.Started(setup.Name, run.Ledger);
        attempt.Presence?.OpenStream(attempt.Slot, setup.Name);
        if (await run.OpenAsync()) // :: (2)
        {
            using var turn = lanes > 1 ? new SemaphoreSlim(1, 1) : null;
            if (saved?.Breaker is not null) await GuardedAsync(run, () => new CanaryDriver<T, TCursor>(run, driver(run, turn)).RunAsync()); // :: (3)
            if (run.Fault is null) await RunLanesAsync(lanes, () => GuardedAsync(run, driver(run, turn).RunAsync)); // :: (4)
        }
        var ended = await EndAsync(run); // :: (5)

        if (run.Fault is not null) attempt.Control.End(run.Fault); // :: (6)
        if (!ended)
        {
            attempt.ThrowIfStopped();
            throw new InvalidOperationException($"Stream '{setup.Name}' of job {attempt.Job.Id} has left before its end although nothing stopped it. The job must not pass for done.");
        }
        if (attempt.Job.Visit is not null) attempt.Control.End(new VisitEndedException());
    }

    // Each on a start of its own: a handler that works without ever awaiting would keep the others from beginning.
    Task RunLanesAsync(int lanes, Func<Task> lane) =>
        lanes == 1 ? lane() : Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Lanes.StartOn(setup.Parts.Lanes.Handlers, lane)));

    static async Task GuardedAsync(StreamRun<T, TCursor> run, Func<Task> lane)
    {
        try
        {
            await lane();
        }
        catch (Exception fault)
        {
            run.Leave(fault);
        }
    }

    // The last checkpoint: what was settled is saved whatever ended the run, unless the lease is gone. True if the end of the stream is durable.
    async Task<bool> EndAsync(StreamRun<T, TCursor> run)
    {
        if (setup.Attempt.Stop is { Cause: StopCause.LeaseLost } || run.Fault is LeaseLostException) return false;
        try
        {
            await run.Saver.FinishAsync();
            var mismatch = run.HasEnded ? Mismatch(run) : null;
            var ended = run.HasEnded && mismatch is null;
            if (run.HasEnded || run.Ledger.IsDirty)
            {
                run.Saver.Start(run.CutRows(ended, last: true), effects: null);
                await run.Saver.FinishAsync();
            }
            if (mismatch is not null) run.Leave(mismatch);
            return ended;
        }
        catch (Exception fault)
        {
            run.Leave(fault);
            return false;
        }
    }

    JobFaultException? Mismatch(StreamRun<T, TCursor> run)
    {
        if (source.Kind != SourceKind.Stable || run.Feed.Count is not { } count) return null;
        var counters = run.Ledger.Counters;
        if (counters.Done + counters.Quarantined == count) return null;
        return new($"Stream '{setup.Name}' has ended with {counters.Done} items done and {counters.Quarantined} quarantined, but its source counts {count}. A stable source has changed under the run: restart the job on the new input, or declare the source as shifting.");
    }
}

/// <summary>One lane of a stream.</summary>
internal interface IStreamDriver<T>
{
    /// <summary>Takes work until there is none.</summary>
    Task RunAsync();

    /// <summary>Tries one item that has begun, by itself: null once it is done, else what it failed with, and its end is the caller's to decide.</summary>
    Task<Exception?> TryOneAsync(Work<T> work);
}
