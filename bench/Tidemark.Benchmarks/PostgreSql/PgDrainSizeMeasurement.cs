using System.Data;
using System.Diagnostics;
using Npgsql;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>Does the drain on PostgreSQL keep its speed? A million finished jobs kept; a backlog ten times as large; a snapshot held open by somebody else.</summary>
internal static class PgDrainSizeMeasurement
{
    const int Many = 1_000_000;
    const string Plain = "pg drain of 100,000";
    const string Kept = "pg drain of 100,000 with 1,000,000 finished kept";
    const string Backlog = "pg drain of 1,000,000";
    const string Held = "pg drain of 100,000, five minutes under one snapshot";
    static readonly TimeSpan Hold = TimeSpan.FromMinutes(5), Last = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var rates = new Rates();
        var large = server.Store(BenchServer.NewSchema());
        await Drain.EnqueueAsync(large, Many);
        rates.Add(Backlog, Many, await Drain.RunAsync(large, Many));
        for (var round = 0; round < rounds; round++)
        {
            rates.Add(Plain, Drain.Jobs, await DrainAsync(server.Store(BenchServer.NewSchema())));
            rates.Add(Kept, Drain.Jobs, await DrainAsync(large));
        }
        await UnderSnapshotAsync(server, rates);
        rates.Print(Plain, "jobs/s");
        rates.Print(Kept, "jobs/s", Plain, "0.85 to 1.15");
        rates.Print(Backlog, "jobs/s", Plain, "0.85 to 1.15");
        rates.Print(Held, "jobs/s", Plain, "0.85 to 1.15");
    }

    static async Task<Stopwatch> DrainAsync(Action<TidemarkBuilder> store)
    {
        await Drain.EnqueueAsync(store, Drain.Jobs);
        return await Drain.RunAsync(store, Drain.Jobs);
    }

    // What has been claimed since the snapshot was taken lies dead in the claim's index, and nothing may clear it away. Drained without a pause; the last ones count.
    static async Task UnderSnapshotAsync(BenchServer server, Rates rates)
    {
        var store = server.Store(BenchServer.NewSchema());
        await DrainAsync(store); // the schema is made before the snapshot
        await using var connection = await server.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await using var look = new NpgsqlCommand("SELECT 1", connection);
        await look.ExecuteScalarAsync();
        var drained = 0;
        for (var held = Stopwatch.StartNew(); held.Elapsed < Hold; drained++)
        {
            var drain = await DrainAsync(store);
            if (held.Elapsed > Hold - Last) rates.Add(Held, Drain.Jobs, drain);
        }
        Console.WriteLine($"  {drained * Drain.Jobs:N0} jobs were drained under the snapshot");
    }
}
