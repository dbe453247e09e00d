using Tidemark.Storage;

namespace Tidemark.Tests.Running.Streams;

/// <summary>An engine with one job of one stream, <c>items</c>, that reads numbers from 0 on.</summary>
internal static class StreamHost
{
    public static readonly JobKey<int> Load = new("load");

    /// <summary>So long may a test wait for a state that should come at once.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static Source<int, int> Numbers(int count) => Items.Of(Enumerable.Range(0, count).ToArray(), i => $"{i}");

    public static Task<EngineHost> StartAsync(Func<JobStream<int>, Task> run, int items, Action<StreamOptions>? configure = null, Action<JobBuilder<int>>? rules = null, IJobStore? store = null) =>
        StartAsync((job, _) => run(job.Stream("items", Numbers(items))), configure, rules, store);

    public static Task<EngineHost> StartAsync(Func<JobContext, CancellationToken, Task> handler, Action<StreamOptions>? configure = null, Action<JobBuilder<int>>? rules = null, IJobStore? store = null) =>
        EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(50);
            var job = tidemark.AddJob(Load).HandledBy((int _, JobContext context, CancellationToken token) => handler(context, token)).Stream("items", configure).Retry(RetryPolicy.None);
            rules?.Invoke(job);
        }, store: store);

    /// <summary>Wakes a parked job and waits until it rests again.</summary>
    public static async Task<JobStatus> WakeAsync(this EngineHost engine, JobId id)
    {
        var attempts = (await engine.Jobs.FindAsync(id))!.Interruptions.Count;
        await engine.Jobs.WakeAsync(id);
        return await engine.UntilAsync(id, job => job.State is JobState.Succeeded or JobState.Failed || (job.State == JobState.Parked && job.Interruptions.Count > attempts)).WaitAsync(Soon);
    }
}
