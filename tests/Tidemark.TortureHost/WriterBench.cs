using System.Diagnostics;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;

namespace Tidemark.TortureHost;

/// <summary>The bare writer: operations of many rows each, or many callers of one row.</summary>
internal static class WriterBench
{
    private static readonly Migration[] Schema =
    [
        new(1, "bench", """
            CREATE TABLE pending (id INTEGER PRIMARY KEY, rank INTEGER NOT NULL, arguments BLOB NOT NULL) STRICT;
            CREATE TABLE finished (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, arguments BLOB NOT NULL, result BLOB) STRICT;
            """),
    ];

    public static async Task<int> RunAsync(Arguments arguments)
    {
        var folder = Directory.CreateDirectory(arguments.Folder).FullName;
        var seconds = arguments.Number("seconds", 5);
        foreach (var pages in new[] { 1_000, 4_000, 16_000 })
            Console.WriteLine($"settle + claim of 500, checkpoint every {pages} pages: {await MoveAsync(folder, seconds, pages):N0} jobs/s");
        Console.WriteLine($"inserts, 500 rows an operation: {await InsertAsync(folder, seconds, producers: 2, rows: 500):N0} rows/s");
        foreach (var producers in new[] { 1, 8, 64 })
            Console.WriteLine($"one-row inserts, {producers} awaiting producers: {await InsertAsync(folder, seconds, producers, rows: 1):N0} rows/s");
        Console.WriteLine($"one-row inserts and commits by a bare loop on one connection: {Bare(folder, seconds):N0} rows/s");
        return 0;
    }

    private static async Task<double> InsertAsync(string folder, int seconds, int producers, int rows)
    {
        using var file = Open(folder, 4_000);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var (written, start) = (0L, Stopwatch.GetTimestamp());
        var end = Environment.TickCount64 + (seconds * 1_000L);
        await Task.WhenAll(Enumerable.Range(0, producers).Select(_ => Task.Run(async () =>
        {
            var operation = new Insert(rows);
            while (Environment.TickCount64 < end)
            {
                Interlocked.Add(ref written, await writer.RunAsync(operation));
                operation.Renew();
            }
        })));
        return written / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The drain's shape: settle what was claimed (delete, insert into finished) and claim the next, in one commit.</summary>
    private static async Task<double> MoveAsync(string folder, int seconds, int pages)
    {
        using var file = Open(folder, pages);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        for (var i = 0; i < 200; i++) await writer.RunAsync(new Insert(5_000));
        var (moved, start) = (0L, Stopwatch.GetTimestamp());
        var end = Environment.TickCount64 + (seconds * 1_000L);
        long[] claimed = [];
        while (Environment.TickCount64 < end)
        {
            var settle = new Settle(claimed);
            var claim = new Claim();
            await writer.PostAsync([settle, claim]);
            moved += await settle.Completion;
            claimed = await claim.Completion;
            if (claimed.Length == 0) break;
        }

        return moved / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Bare(string folder, int seconds)
    {
        using var file = Open(folder, 4_000);
        using var connection = file.Connect(ConnectionRole.Writer);
        using var begin = new Statement(connection.Handle!, "BEGIN IMMEDIATE");
        using var insert = new Statement(connection.Handle!, Insert.Sql);
        using var commit = new Statement(connection.Handle!, "COMMIT");
        var (written, start) = (0L, Stopwatch.GetTimestamp());
        var end = Environment.TickCount64 + (seconds * 1_000L);
        while (Environment.TickCount64 < end)
        {
            begin.Run();
            insert.Bind(1, written).Bind(2, Insert.Body).Run();
            commit.Run();
            written++;
        }

        return written / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static SqliteFile Open(string folder, int pages)
    {
        var path = Path.Combine(folder, $"bench-{Guid.NewGuid():N}.db");
        return SqliteFile.Open(new() { Path = path, WalCheckpointPages = pages }, Schema);
    }

    private sealed class Insert(int rows) : WriteOperation<int>
    {
        public const string Sql = "INSERT INTO pending (rank, arguments) VALUES (?, ?)";
        public static readonly byte[] Body = "{\"iccid\":\"8944123456789012345\",\"carrier\":\"ncell\"}"u8.ToArray();

        public override int Rows => rows;
        public override bool CanFailHalfWay => rows > 1;

        public override void Execute(WriteTransaction transaction)
        {
            var insert = transaction.Prepare(Sql);
            for (var i = 0; i < rows; i++) insert.Bind(1, i).Bind(2, Body).Run();
            Answer = rows;
        }
    }

    private sealed class Settle(long[] jobs) : WriteOperation<int>
    {
        public override int Rows => jobs.Length;
        public override bool CanFailHalfWay => true;

        public override void Execute(WriteTransaction transaction)
        {
            var delete = transaction.Prepare("DELETE FROM pending WHERE id = ?");
            var insert = transaction.Prepare("INSERT INTO finished (id, day, arguments, result) VALUES (?, ?, ?, NULL)");
            foreach (var job in jobs)
            {
                delete.Bind(1, job).Run();
                insert.Bind(1, job).Bind(2, 20_000).Bind(3, Insert.Body).Run();
            }

            Answer = jobs.Length;
        }
    }

    private sealed class Claim : WriteOperation<long[]>
    {
        public override int Rows => 500;
        public override bool CanFailHalfWay => true;

        public override void Execute(WriteTransaction transaction)
        {
            var found = new List<long>(500);
            var find = transaction.Prepare("SELECT id, arguments FROM pending ORDER BY id LIMIT 500");
            while (find.Step())
            {
                found.Add(find.Int64(0));
                _ = find.Blob(1);
            }

            find.Reset();
            var update = transaction.Prepare("UPDATE pending SET rank = rank + 1 WHERE id = ?");
            foreach (var job in found) update.Bind(1, job).Run();
            Answer = [.. found];
        }
    }
}
