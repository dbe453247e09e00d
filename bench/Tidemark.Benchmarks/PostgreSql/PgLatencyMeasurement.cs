namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>From the enqueue call to the handler's first line on PostgreSQL, the engine idle, in one process.</summary>
internal static class PgLatencyMeasurement
{
    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var waits = new List<double>();
        for (var round = 0; round < rounds; round++) waits.AddRange(await LatencyMeasurement.WaitsAsync(server.Store(BenchServer.NewSchema())));
        LatencyMeasurement.Print("pg latency, enqueue → start, idle", waits, "p50 <= 2 ms, p99 <= 8");
    }
}
