using Npgsql;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>
/// The plans of the hot statements at 1,000,000 live rows, each run once and undone. They are planned as the
/// store has them planned: by indexes, and for parameters that nobody knows yet.
/// </summary>
internal static class PgPlansMeasurement
{
    const int Live = 1_000_000;
    static readonly JobKey<int> Noop = new("noop");

    static readonly string Ones = $"'{{{string.Join(',', Enumerable.Repeat(1, 500))}}}'";
    static readonly string Ended = $"'{{{string.Join(',', Enumerable.Range(1, 500))}}}', {Ones}, {Ones}, {Ones}, {Ones}, {Ones}, '{{{string.Join(',', Enumerable.Repeat("NULL", 500))}}}'";

    static readonly (string Statement, string Types, string Arguments)[] Hot =
    [
        ("Leasing/OpenGates", "bigint, bigint, text", "1000, 1, 'waits'"),
        ("Leasing/Take", "text[], bigint[], text[], bigint, boolean, bigint[], bigint[]", "'{default}', '{500}', '{noop}', 1, true, '{}', '{}'"),
        ("Settling/Finish", "bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], bytea[]", Ended),
        ("Running/Held", "bigint, bigint", "1, 1"),
        ("Running/FindStream", "bigint, text", "1, 'items'"),
        ("Running/SaveStreams", "bigint[], bigint[], text[], bigint[], bytea[], text[], bigint[], bigint[], bigint[], bigint[], bigint[], bigint[], boolean[], text[], bigint[], bigint[], bigint[], bigint[], text[], text[], bigint[], boolean[]",
            "'{1}', '{1}', '{items}', '{2}', '{NULL}', '{NULL}', '{1}', '{0}', '{0}', '{0}', '{NULL}', '{0}', '{false}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{true}'"),
    ];

    public static async Task RunAsync(int rounds)
    {
        _ = rounds; // a plan is the same each time
        await using var server = await BenchServer.StartAsync();
        var schema = BenchServer.NewSchema();
        await using (var worker = await BenchHost.StartAsync(server.Store(schema), tidemark => tidemark.AddJob(new JobKey<int>("other")).HandledBy((int _) => { })))
        {
            await worker.Jobs.EnqueueManyAsync(Noop, Enumerable.Range(0, Live));
            await server.RunAsync($"VACUUM ANALYZE {schema}.job");
            foreach (var hot in Hot) await ExplainAsync(server.Source, schema, hot);
        }
    }

    static async Task ExplainAsync(NpgsqlDataSource source, string schema, (string Statement, string Types, string Arguments) hot)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var prepare = new NpgsqlCommand($"{Sql.Load("Connections/ByIndex").In(schema)}; PREPARE hot ({hot.Types}) AS {Sql.Load(hot.Statement).In(schema)}", connection);
        await prepare.ExecuteNonQueryAsync();
        await using var explain = new NpgsqlCommand($"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE hot ({hot.Arguments})", connection);
        var lines = new List<string>();
        await using (var rows = await explain.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync()) lines.Add(rows.GetString(0));
        }
        await transaction.RollbackAsync();
        await using var forget = new NpgsqlCommand("DEALLOCATE hot", connection);
        await forget.ExecuteNonQueryAsync();
        var scanned = lines.Exists(line => line.Contains("Seq Scan on job", StringComparison.Ordinal) || line.Contains("Seq Scan on finished", StringComparison.Ordinal));
        Console.WriteLine($"plan of {hot.Statement} at {Live:N0} live rows: {(scanned ? "READS A WHOLE TABLE" : "by indexes")}");
        foreach (var line in lines) Console.WriteLine($"  {line}");
    }
}
