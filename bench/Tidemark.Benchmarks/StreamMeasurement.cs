using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>A stream of tiny items at several bounds, against a hand-written loop that saves its cursor as often.</summary>
internal static class StreamMeasurement
{
    static readonly (int Bound, int Items)[] Cases = [(1, 10_000), (10, 100_000), (100, 100_000), (1_000, 1_000_000)];

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var (bound, items) in Cases)
            {
                using var bench = new Bench();
                var raw = RawQueue.Stream(bench.Path("raw.db"), items, bound);
                var engine = await StreamAsync(bench, bound, items);
                if (round == 0) continue; // warm-up
                rates.Add($"stream, hand-written, saved every {bound}", items, raw);
                rates.Add($"stream, engine, bound {bound}", items, engine);
            }
        }
        foreach (var (bound, _) in Cases)
        {
            rates.Print($"stream, hand-written, saved every {bound}", "items/s");
            rates.Print($"stream, engine, bound {bound}", "items/s", $"stream, hand-written, saved every {bound}");
        }
    }

    static async Task<Stopwatch> StreamAsync(Bench bench, int bound, int items)
    {
        var key = new JobKey<int>("stream");
        var keys = Enumerable.Range(0, items).Select(i => i.ToString()).ToArray();
        long sum = 0;
        var watch = new Stopwatch();
        await using var host = await bench.StartAsync(tidemark => tidemark.AddJob(key)
            .HandledBy(async (int _, JobContext job) =>
            {
                var stream = job.Stream("items", Items.Of(keys, item => item));
                watch.Start();
                await stream.ForEachAsync((item, _) =>
                {
                    sum += item.Value.Length;
                    return Task.CompletedTask;
                });
                watch.Stop();
            })
            .Stream("items", stream => stream.ResumeCost = ResumeCost.AtMost(bound)));
        var (id, _) = await host.Jobs.EnqueueAsync(key, 0);
        var result = await host.Jobs.WaitAsync(id);
        if (result.State != JobState.Succeeded) throw new InvalidOperationException(result.Error);
        return watch;
    }
}
