using System.Diagnostics;
using Npgsql;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>The bare loops that the engine is compared with: no retries, arguments, results or events. Statements prepared, one commit a statement.</summary>
internal static class RawLoops
{
    const string Claim = "UPDATE raw_queue SET state = 1 WHERE id = ANY(ARRAY(SELECT id FROM raw_queue WHERE state = 0 ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING id, payload";
    const string Complete = "UPDATE raw_queue SET state = 2 WHERE id = ANY($1)";

    /// <summary>Claims a batch in one commit and completes it in another, on so many connections.</summary>
    public static async Task<Stopwatch> DrainAsync(BenchServer server, int jobs, int batch, int connections)
    {
        await server.RunAsync(
            "DROP TABLE IF EXISTS raw_queue",
            "CREATE TABLE raw_queue (id bigserial PRIMARY KEY, state int NOT NULL, payload jsonb NOT NULL)",
            "CREATE INDEX ON raw_queue (id) WHERE state = 0",
            $$"""INSERT INTO raw_queue (state, payload) SELECT 0, '{"k":1234,"s":"abcdefghijklmnopqrstuvwxyz"}' FROM generate_series(1, {{jobs}})""",
            "VACUUM ANALYZE raw_queue", "CHECKPOINT");
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => DrainAsync(server.Source, batch))));
        watch.Stop();
        return watch;
    }

    /// <summary>One-row inserts, a commit each.</summary>
    public static async Task<Stopwatch> InsertAsync(BenchServer server, int rows)
    {
        await server.RunAsync("DROP TABLE IF EXISTS raw_rows", "CREATE TABLE raw_rows (id bigserial PRIMARY KEY, state int NOT NULL, payload jsonb NOT NULL)", "CHECKPOINT");
        await using var connection = await server.Source.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO raw_rows (state, payload) VALUES (0, $1::jsonb)", connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = """{"k":1234}""" } } };
        await insert.PrepareAsync();
        var watch = Stopwatch.StartNew();
        for (var row = 0; row < rows; row++) await insert.ExecuteNonQueryAsync();
        watch.Stop();
        return watch;
    }

    /// <summary>A hand-written stream: effect rows by arrays and the cursor, in one round trip and one commit.</summary>
    public static async Task<Stopwatch> StreamAsync(BenchServer server, int items, int every)
    {
        await server.RunAsync("DROP TABLE IF EXISTS raw_effect, raw_cursor", "CREATE TABLE raw_effect (item bigint PRIMARY KEY, value int NOT NULL)",
            "CREATE TABLE raw_cursor (id int PRIMARY KEY, position bigint NOT NULL)", "INSERT INTO raw_cursor VALUES (1, 0)", "CHECKPOINT");
        await using var connection = await server.Source.OpenConnectionAsync();
        var (keys, values, position) = (new NpgsqlParameter<long[]>(), new NpgsqlParameter<int[]>(), new NpgsqlParameter<long>());
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("INSERT INTO raw_effect SELECT * FROM unnest($1, $2)") { Parameters = { keys, values } },
                new NpgsqlBatchCommand("UPDATE raw_cursor SET position = $1 WHERE id = 1") { Parameters = { position } },
            },
        };
        await batch.PrepareAsync();
        var watch = Stopwatch.StartNew();
        for (var at = 0; at < items;)
        {
            var count = Math.Min(every, items - at);
            keys.TypedValue = [.. Enumerable.Range(at, count).Select(item => (long)item)];
            values.TypedValue = [.. Enumerable.Range(at, count)];
            position.TypedValue = at += count;
            await batch.ExecuteNonQueryAsync();
        }
        watch.Stop();
        return watch;
    }

    static async Task DrainAsync(NpgsqlDataSource source, int batch)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var claim = new NpgsqlCommand(Claim, connection) { Parameters = { new NpgsqlParameter<int> { TypedValue = batch } } };
        await claim.PrepareAsync();
        var claimed = new NpgsqlParameter<long[]>();
        await using var complete = new NpgsqlCommand(Complete, connection) { Parameters = { claimed } };
        await complete.PrepareAsync();
        while (true)
        {
            var ids = new List<long>(batch);
            await using (var rows = await claim.ExecuteReaderAsync())
            {
                while (await rows.ReadAsync()) ids.Add(rows.GetInt64(0));
            }
            if (ids.Count == 0) return;
            claimed.TypedValue = [.. ids];
            await complete.ExecuteNonQueryAsync();
        }
    }
}
