using Npgsql;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>What the server has done so far, and what both sides have used of the processor.</summary>
internal sealed record ServerWork(long WalBytes, long Commits, TimeSpan Client)
{
    public static async Task<ServerWork> ReadAsync(BenchServer server)
    {
        await using var command = server.Source.CreateCommand("SELECT pg_stat_clear_snapshot(), pg_current_wal_insert_lsn() - '0/0'::pg_lsn, pg_current_xact_id()::text::bigint");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new((long)row.GetDecimal(1), row.GetInt64(2), Environment.CpuUsage.TotalTime);
    }

    public void Print(ServerWork before, int jobs) => Console.WriteLine(
        $"  per job: {(WalBytes - before.WalBytes) / (double)jobs:N0} bytes of WAL, {(Commits - before.Commits) / (double)jobs:0.0000} transactions that wrote; {(Client - before.Client).TotalSeconds / jobs * 10_000:0.000} s of the client's processor per 10,000");
}
