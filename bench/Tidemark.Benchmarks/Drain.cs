using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>No-op jobs with a DI scope and a JSON argument each, run by a worker that finds them waiting.</summary>
internal static class Drain
{
    public const int Jobs = 100_000;
    static readonly JobKey<int> Noop = new("noop");

    public static async Task EnqueueAsync(Action<TidemarkBuilder> store, int jobs)
    {
        await using var producer = await BenchHost.StartAsync(store, _ => { });
        await producer.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, jobs));
    }

    /// <summary>Until so many have run and, if these are all, their outcomes are written.</summary>
    public static async Task<Stopwatch> RunAsync(Action<TidemarkBuilder> store, int jobs, bool toTheEnd = true)
    {
        var left = jobs;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = await BenchHost.StartAsync(store, tidemark => tidemark.AddJob(Noop).HandledBy((int _) =>
        {
            if (Interlocked.Decrement(ref left) == 0) done.TrySetResult();
        }));
        var watch = Stopwatch.StartNew();
        await done.Task;
        if (!toTheEnd) watch.Stop();
        await worker.DisposeAsync();
        watch.Stop();
        return watch;
    }
}
