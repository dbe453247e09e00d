namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>From the enqueue call to the handler's first line on PostgreSQL, in one process: the engine idle, and 500 jobs a second coming in.</summary>
internal static class PgLatencyMeasurement
{
    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var (idle, paced) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            idle.AddRange(await LatencyMeasurement.WaitsAsync(server.Store(BenchServer.NewSchema())));
            paced.AddRange(await LatencyMeasurement.PacedAsync(server.Store(BenchServer.NewSchema())));
        }
        LatencyMeasurement.Print("pg latency, enqueue → start, idle", idle, "p50 <= 2 ms, p99 <= 8");
        LatencyMeasurement.Print("pg latency, enqueue → start, 500 jobs/s", paced, "p95 <= 15 ms");
    }
}
