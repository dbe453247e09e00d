using Npgsql;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>What the server has done so far, and what both sides have used of the processor.</summary>
internal sealed record ServerWork(long WalBytes, long Commits, TimeSpan Client, TimeSpan? Server)
{
    public static async Task<ServerWork> ReadAsync(BenchServer server)
    {
        await using var command = server.Source.CreateCommand("SELECT pg_stat_clear_snapshot(), pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_current_xact_id()::text::bigint");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new((long)row.GetDecimal(1), row.GetInt64(2), Environment.CpuUsage.TotalTime, server.ProcessorTime);
    }

    public static ServerWork operator -(ServerWork after, ServerWork before) =>
        new(after.WalBytes - before.WalBytes, after.Commits - before.Commits, after.Client - before.Client, after.Server - before.Server);

    public void Print(int jobs)
    {
        var seconds = $"{Client.TotalSeconds / jobs * 10_000:0.00} s of the client's{(Server is { } server ? $" and {server.TotalSeconds / jobs * 10_000:0.00} s of the server's" : "")}";
        Console.WriteLine($"  per job: {WalBytes / (double)jobs:N0} bytes of WAL, {Commits / (double)jobs:0.0000} transactions that wrote; {seconds} processor per 10,000");
    }
}
