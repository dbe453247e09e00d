using Npgsql;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>Does the drain on PostgreSQL keep its speed? A million finished jobs kept; a backlog ten times as large; a snapshot held open by somebody else.</summary>
internal static class PgDrainSizeMeasurement
{
    const int Many = 1_000_000;
    const string Plain = "pg drain of 100,000";
    const string Kept = "pg drain of 100,000 with 1,000,000 finished kept";
    const string Backlog = "pg drain of 1,000,000";
    const string Held = "pg drain of 100,000 after 500,000 under one snapshot";

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
            rates.Add(Held, Drain.Jobs, await UnderSnapshotAsync(server));
        }
        rates.Print(Plain, "jobs/s");
        rates.Print(Kept, "jobs/s", Plain, "0.85 to 1.15");
        rates.Print(Backlog, "jobs/s", Plain, "0.85 to 1.15");
        rates.Print(Held, "jobs/s", Plain, "0.85 to 1.15");
    }

    static async Task<System.Diagnostics.Stopwatch> DrainAsync(Action<TidemarkBuilder> store)
    {
        await Drain.EnqueueAsync(store, Drain.Jobs);
        return await Drain.RunAsync(store, Drain.Jobs);
    }

    // What has been claimed since the snapshot was taken lies dead in the claim's index, and nothing may clear it away.
    static async Task<System.Diagnostics.Stopwatch> UnderSnapshotAsync(BenchServer server)
    {
        var store = server.Store(BenchServer.NewSchema());
        await Drain.EnqueueAsync(store, 5 * Drain.Jobs);
        await using var connection = await server.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new NpgsqlCommand("SELECT 1", connection);
        await look.ExecuteScalarAsync();
        await Drain.RunAsync(store, 5 * Drain.Jobs);
        return await DrainAsync(store);
    }
}
