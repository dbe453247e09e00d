using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>One stream of items in memory, run by the engine; timed from inside its job.</summary>
internal static class Streams
{
    public static async Task<Stopwatch> RunAsync(Action<TidemarkBuilder> store, int bound, int items, Action work)
    {
        var key = new JobKey<int>("stream");
        var keys = Enumerable.Range(0, items).Select(i => i.ToString()).ToArray();
        var watch = new Stopwatch();
        await using var host = await BenchHost.StartAsync(store, tidemark => tidemark.AddJob(key)
            .HandledBy(async (int _, JobContext job) =>
            {
                var stream = job.Stream("items", Tidemark.Items.Of(keys, item => item));
                watch.Start();
                await stream.ForEachAsync((_, _) =>
                {
                    work();
                    return Task.CompletedTask;
                });
                watch.Stop();
            })
            .Stream("items", stream => stream.ResumeCost = ResumeCost.AtMost(bound)));
        var (id, _) = await host.Jobs.EnqueueAsync(key, 0);
        var result = await host.Jobs.WaitAsync(id);
        return result.State == JobState.Succeeded ? watch : throw new InvalidOperationException(result.Error);
    }
}
