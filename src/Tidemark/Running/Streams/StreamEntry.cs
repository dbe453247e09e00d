using Tidemark.Enqueueing;

namespace Tidemark.Running;

/// <summary>
/// A stream as a handler runs it, once: whole, or split among visits that the job waits for, or, in such a visit, one partition of it; or, in a
/// replay, what was set aside of it. What was begun one way goes on that way, whatever the options say by now.
/// </summary>
internal sealed class StreamEntry<T>(StreamSetup setup, Func<StreamPartition, Source<T>> sourceOf) : IStreamLoop<T>
{
    bool started;

    public Task ForEachAsync(Func<StreamItem<T>, CancellationToken, Task> handler) => RunAsync(loop => loop.ForEachAsync(handler));

    public Task ForEachBatchAsync(int size, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler) => RunAsync(loop => loop.ForEachBatchAsync(size, handler));

    public Task CommitAsync(ItemEffects<T> effects) => RunAsync(loop => loop.CommitAsync(effects));

    async Task RunAsync(Func<IStreamLoop<T>, Task> run)
    {
        var attempt = setup.Attempt;
        if (started) throw new JobFaultException($"Stream '{setup.Name}' is run twice in one attempt. Open another stream for a second pass.");
        started = true;
        attempt.Streams.Enter(setup.Name);
        try
        {
            attempt.ThrowIfStopped();
            var memory = await attempt.RecallAsync();
            if (IsSplit(memory)) await new SplitStream(setup).RunAsync(memory);
            else await run(SourceFor(memory).CreateLoop(setup));
        }
        finally
        {
            attempt.Streams.Leave();
        }
    }

    bool IsSplit(JobMemory memory) => setup.Attempt.Job.Visit is null &&
        (setup.Options.Partitions > 1 && !Array.Exists(memory.Streams, stream => stream.Name == setup.Name) || memory.PartitionsOf(setup.Name).Any());

    Source<T> SourceFor(JobMemory memory)
    {
        if (setup.Attempt.Job.Visit is not { } visit) return sourceOf(new(0, 1));
        if (visit.Kind == VisitKind.QuarantineReplay) return new ReplaySource<T>(setup.Attempt);
        var mine = memory.PartitionsOf(setup.Name).SingleOrDefault()
            ?? throw new JobFaultException($"Job {setup.Attempt.Job.Id} is a visit for a partition of stream '{setup.Name}' of job {setup.Attempt.Job.Parent}, which knows nothing of it any more. Its partitions have gone with the job: nothing is left to do.");
        return sourceOf(new(mine.Index, mine.Count));
    }
}
