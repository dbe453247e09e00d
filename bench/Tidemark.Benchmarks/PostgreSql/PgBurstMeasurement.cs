using System.Diagnostics;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>A service that has had little to do for a while is given a hundred thousand jobs at once; against the same jobs on a store that has just been made.</summary>
internal static class PgBurstMeasurement
{
    const int Before = 100;
    const string Fresh = "pg burst, no job before";
    const string Quiet = "pg burst, a hundred jobs one by one before";
    static readonly JobKey<int> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            if (round == 1) rates = new(); // the first was to warm up
            rates.Add(Fresh, Drain.Jobs, await BurstAsync(server, quiet: 0));
            rates.Add(Quiet, Drain.Jobs, await BurstAsync(server, Before));
        }
        rates.Print(Fresh, "jobs/s");
        rates.Print(Quiet, "jobs/s", Fresh, "0.9");
    }

    // From the call that enqueues to the last handler's end.
    static async Task<Stopwatch> BurstAsync(BenchServer server, int quiet)
    {
        var done = new Latch();
        await using var host = await BenchHost.StartAsync(server.Store(BenchServer.NewSchema()), tidemark => tidemark.AddJob(Noop).HandledBy((int _) => done.Count()));
        for (var job = 0; job < quiet; job++)
        {
            var ended = done.After(1);
            await host.Jobs.EnqueueAsync(Noop, job);
            await ended;
        }
        await server.RunAsync("CHECKPOINT");
        var all = done.After(Drain.Jobs);
        var watch = Stopwatch.StartNew();
        await host.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Drain.Jobs));
        await all;
        watch.Stop();
        return watch;
    }

    sealed class Latch
    {
        TaskCompletionSource reached = new();
        int left;

        public Task After(int jobs)
        {
            (left, reached) = (jobs, new(TaskCreationOptions.RunContinuationsAsynchronously));
            return reached.Task;
        }

        public void Count()
        {
            if (Interlocked.Decrement(ref left) == 0) reached.SetResult();
        }
    }
}
