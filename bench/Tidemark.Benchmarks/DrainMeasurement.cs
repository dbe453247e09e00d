using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>A backlog of no-op jobs, a DI scope and a JSON argument each, every completion durable; against the raw claim-and-complete loop.</summary>
internal static class DrainMeasurement
{
    const int Jobs = 100_000;
    static readonly JobKey<int> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        var rates = new Rates();
        for (var round = 0; round < rounds; round++)
        {
            using var bench = new Bench();
            rates.Add("drain, raw loop, 100 a claim", Jobs, RawQueue.Drain(bench.Path("raw.db"), Jobs, 100));
            rates.Add("drain, engine", Jobs, await DrainAsync(bench));
        }
        rates.Print("drain, raw loop, 100 a claim", "jobs/s");
        rates.Print("drain, engine", "jobs/s", "drain, raw loop, 100 a claim");
        Console.WriteLine($"peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB (raw loop included)");
    }

    static async Task<Stopwatch> DrainAsync(Bench bench)
    {
        await using (var producer = await bench.StartAsync(_ => { })) await producer.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Jobs));
        var left = Jobs;
        var first = 0L;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = await bench.StartAsync(tidemark => tidemark.AddJob(Noop).HandledBy((int _) =>
        {
            Interlocked.CompareExchange(ref first, Stopwatch.GetTimestamp(), 0);
            if (Interlocked.Decrement(ref left) == 0) done.TrySetResult();
        }));
        var watch = Stopwatch.StartNew();
        await done.Task;
        await worker.DisposeAsync(); // the last outcomes are written
        watch.Stop();
        return watch;
    }
}
