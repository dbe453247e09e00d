namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>100,000 schedules on a server: declaring them, declaring them again, 1,000 of them due at one instant.</summary>
internal static class PgScheduleMeasurement
{
    public static async Task RunAsync(int rounds)
    {
        await using var server = await BenchServer.StartAsync();
        var schema = BenchServer.NewSchema();
        for (var round = 0; round < rounds; round++)
            await ScheduleMeasurement.RoundAsync(round, configure => BenchHost.StartAsync(server.Store(schema), configure), EnqueuedAsync);

        async Task<long> EnqueuedAsync(DateTimeOffset at)
        {
            await using var command = server.Source.CreateCommand($"SELECT count(*) FROM {schema}.occurrence WHERE at = {at.ToUnixTimeMilliseconds()}");
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }
}
