using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>From the enqueue call to the handler's first line, the engine idle, in one process.</summary>
internal static class LatencyMeasurement
{
    const int Jobs = 500, PerSecond = 500, Paced = 10 * PerSecond, ToWarmUp = PerSecond;
    static readonly JobKey<int> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        var waits = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            using var bench = new Bench();
            waits.AddRange(await WaitsAsync(bench.Store));
        }
        Print("latency, enqueue → start, idle", waits, "p50 <= 0.5 ms + a commit, p99 <= 5");
    }

    public static async Task<List<double>> WaitsAsync(Action<TidemarkBuilder> store)
    {
        var waits = new List<double>(Jobs);
        var started = new TaskCompletionSource<long>();
        await using var host = await BenchHost.StartAsync(store, tidemark => tidemark.AddJob(Noop).HandledBy((int _) => { started.TrySetResult(Stopwatch.GetTimestamp()); }));
        for (var i = 0; i < Jobs; i++)
        {
            started = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var sent = Stopwatch.GetTimestamp();
            var (id, _) = await host.Jobs.EnqueueAsync(Noop, i);
            waits.Add(Stopwatch.GetElapsedTime(sent, await started.Task).TotalMilliseconds);
            await host.Jobs.WaitAsync(id);
        }
        return waits;
    }

    /// <summary>Jobs come in at their own pace, however far those before them are.</summary>
    public static async Task<List<double>> PacedAsync(Action<TidemarkBuilder> store)
    {
        var (sent, waits, left) = (new long[Paced], new double[Paced], Paced);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await BenchHost.StartAsync(store, tidemark => tidemark.AddJob(Noop).HandledBy((int number) =>
        {
            waits[number] = Stopwatch.GetElapsedTime(Volatile.Read(ref sent[number])).TotalMilliseconds;
            if (Interlocked.Decrement(ref left) == 0) done.TrySetResult();
        }));
        var accepted = new Task[Paced];
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        for (var number = 0; number < Paced;)
        {
            await tick.WaitForNextTickAsync();
            for (; number < Paced && number < clock.Elapsed.TotalSeconds * PerSecond; number++)
            {
                Volatile.Write(ref sent[number], Stopwatch.GetTimestamp());
                accepted[number] = host.Jobs.EnqueueAsync(Noop, number);
            }
        }
        await Task.WhenAll(accepted);
        await done.Task;
        return [.. waits.Skip(ToWarmUp)];
    }

    public static void Print(string what, List<double> waits, string goal)
    {
        waits.Sort();
        Console.WriteLine($"{what,-46} p50 {At(0.5):0.00} ms   p95 {At(0.95):0.00}   p99 {At(0.99):0.00}   max {waits[^1]:0.00}   goal {goal}");

        double At(double quantile) => waits[(int)(quantile * (waits.Count - 1))];
    }
}
