using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Tidemark.Benchmarks;

/// <summary>The bare loops that the engine is compared with: the same file settings, no retries, arguments, results or events.</summary>
internal static class RawQueue
{
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
        return connection;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Claims a batch in one commit and completes it in another, one writer.</summary>
    public static Stopwatch Drain(string path, int jobs, int batch)
    {
        using var connection = Open(path);
        Execute(connection, "CREATE TABLE q (id INTEGER PRIMARY KEY, state INT NOT NULL, payload TEXT NOT NULL); CREATE INDEX qs ON q (id) WHERE state = 0");
        Execute(connection, $"WITH RECURSIVE s (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM s WHERE x < {jobs}) INSERT INTO q SELECT x, 0, '{{\"k\":1234}}' FROM s; PRAGMA wal_checkpoint(TRUNCATE)");
        using var claim = Command(connection, $"UPDATE q SET state = 1 WHERE id IN (SELECT id FROM q WHERE state = 0 ORDER BY id LIMIT {batch}) RETURNING id, payload");
        using var complete = Command(connection, "UPDATE q SET state = 2 WHERE id = $i");
        var id = complete.Parameters.Add("$i", SqliteType.Integer);
        using var begin = Command(connection, "BEGIN IMMEDIATE");
        using var commit = Command(connection, "COMMIT");
        var watch = Stopwatch.StartNew();
        var claimed = new List<long>();
        while (true)
        {
            claimed.Clear();
            using (var reader = claim.ExecuteReader())
            {
                while (reader.Read()) claimed.Add(reader.GetInt64(0));
            }
            if (claimed.Count == 0) return watch;
            begin.ExecuteNonQuery();
            foreach (var one in claimed)
            {
                id.Value = one;
                complete.ExecuteNonQuery();
            }
            commit.ExecuteNonQuery();
        }
    }

    /// <summary>One-row inserts, a commit each.</summary>
    public static Stopwatch Insert(string path, int rows)
    {
        using var connection = Open(path);
        Execute(connection, "CREATE TABLE q (id INTEGER PRIMARY KEY, state INT NOT NULL, payload TEXT NOT NULL)");
        using var insert = Command(connection, "INSERT INTO q (state, payload) VALUES (0, $p)");
        insert.Parameters.AddWithValue("$p", "{\"k\":1234}");
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < rows; i++) insert.ExecuteNonQuery();
        return watch;
    }

    /// <summary>A hand-written stream over no-op items that saves its cursor every so many.</summary>
    public static Stopwatch Stream(string path, int items, int every)
    {
        using var connection = Open(path);
        Execute(connection, "CREATE TABLE cursor (id INTEGER PRIMARY KEY, position INT NOT NULL); INSERT INTO cursor VALUES (1, 0)");
        using var save = Command(connection, "UPDATE cursor SET position = $p WHERE id = 1");
        var position = save.Parameters.Add("$p", SqliteType.Integer);
        long sum = 0;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < items;)
        {
            for (var k = 0; k < every && i < items; k++, i++) sum += i;
            position.Value = i;
            save.ExecuteNonQuery();
        }
        GC.KeepAlive(sum);
        return watch;
    }

    static SqliteCommand Command(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
