using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>Accepting jobs durably: one caller that awaits each, many at once, and in bulk; against one-row commits.</summary>
internal static class EnqueueMeasurement
{
    const int Alone = 5_000, Together = 50_000, Callers = 64, Bulk = 200_000;
    static readonly JobKey<int> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            if (round == 1) rates = new(); // the first was to warm up
            using var bench = new Bench();
            rates.Add("enqueue, raw one-row commits", Alone, RawQueue.Insert(bench.Path("raw.db"), Alone));
            await using var host = await bench.StartAsync(_ => { });
            rates.Add("enqueue, one awaiting producer", Alone, await TimedAsync(async () =>
            {
                for (var i = 0; i < Alone; i++) await host.Jobs.EnqueueAsync(Noop, i);
            }));
            rates.Add($"enqueue, {Callers} concurrent", Together, await TimedAsync(() => Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
            {
                for (var i = 0; i < Together / Callers; i++) await host.Jobs.EnqueueAsync(Noop, i);
            }))));
            rates.Add("enqueue, bulk of 1,000", Bulk, await TimedAsync(() => host.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Bulk))));
        }
        rates.Print("enqueue, raw one-row commits", "rows/s");
        rates.Print("enqueue, one awaiting producer", "jobs/s", "enqueue, raw one-row commits", ">= 0.8");
        rates.Print($"enqueue, {Callers} concurrent", "jobs/s", goal: ">= 50,000");
        rates.Print("enqueue, bulk of 1,000", "jobs/s", goal: ">= 200,000");
    }

    static async Task<Stopwatch> TimedAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        watch.Stop();
        return watch;
    }
}
