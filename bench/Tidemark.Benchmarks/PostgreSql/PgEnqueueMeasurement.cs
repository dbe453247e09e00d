using System.Diagnostics;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>Accepting jobs durably on PostgreSQL: one caller that awaits each, many at once, and in bulk; against one-row commits.</summary>
internal static class PgEnqueueMeasurement
{
    const int Alone = 5_000, Together = 50_000, Callers = 32, Bulk = 300_000;
    const string Raw = "pg enqueue, raw one-row commits", One = "pg enqueue, one awaiting producer", Many = "pg enqueue, 32 concurrent", InBulk = "pg enqueue, bulk of 1,000";
    static readonly JobKey<int> Noop = new("noop");

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var rates = new Rates();
        for (var round = 0; round <= rounds; round++)
        {
            if (round == 1) rates = new(); // the first was to warm up
            rates.Add(Raw, Alone, await RawLoops.InsertAsync(server, Alone));
            await using var host = await BenchHost.StartAsync(server.Store(BenchServer.NewSchema()), _ => { });
            rates.Add(One, Alone, await TimedAsync(async () =>
            {
                for (var i = 0; i < Alone; i++) await host.Jobs.EnqueueAsync(Noop, i);
            }));
            rates.Add(Many, Together, await TimedAsync(() => Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
            {
                for (var i = 0; i < Together / Callers; i++) await host.Jobs.EnqueueAsync(Noop, i);
            }))));
            rates.Add(InBulk, Bulk, await TimedAsync(() => host.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Bulk))));
        }
        rates.Print(Raw, "rows/s");
        rates.Print(One, "jobs/s", Raw, ">= 0.8");
        rates.Print(Many, "jobs/s", goal: ">= 15,000");
        rates.Print(InBulk, "jobs/s", goal: ">= 150,000");
    }

    static async Task<Stopwatch> TimedAsync(Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        watch.Stop();
        return watch;
    }
}
