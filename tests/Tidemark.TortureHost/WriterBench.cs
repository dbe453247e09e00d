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
        foreach (var pages in new[] { 1_000, 4_000, 16_000, 1_000_000 })
            await TellAsync($"settle + claim of 500, checkpoint every {pages:N0} pages", () => MoveAsync(folder, seconds, pages));
        await TellAsync("inserts, 500 rows an operation", () => InsertAsync(folder, seconds, producers: 2, rows: 500));
        foreach (var producers in new[] { 1, 8, 64 })
            await TellAsync($"one-row inserts, {producers} awaiting producers", () => InsertAsync(folder, seconds, producers, rows: 1));
        await TellAsync("one-row inserts and commits, bare loop on one connection", () => Task.FromResult(Bare(folder, seconds)));
        return 0;
    }

    /// <summary>Beside the rate the processor time of each row, which other load on the machine does not falsify.</summary>
    private static async Task TellAsync(string what, Func<Task<Result>> run)
    {
        var (rows, took, processor) = await run();
        Console.WriteLine($"{what}: {rows / took.TotalSeconds:N0}/s, {processor.TotalMicroseconds / rows:N2} µs of CPU each");
    }

    private readonly record struct Result(long Rows, TimeSpan Took, TimeSpan Processor);

    private sealed class Meter
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private readonly TimeSpan _processor = Environment.CpuUsage.TotalTime;

        public Result Read(long rows) => new(rows, Stopwatch.GetElapsedTime(_start), Environment.CpuUsage.TotalTime - _processor);
    }

    private static async Task<Result> InsertAsync(string folder, int seconds, int producers, int rows)
    {
        using var file = Open(folder, 4_000);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var (written, meter) = (0L, new Meter());
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
        return meter.Read(written);
    }

    /// <summary>The drain's shape: settle what was claimed (delete, insert into finished) and claim the next, in one commit.</summary>
    private static async Task<Result> MoveAsync(string folder, int seconds, int pages)
    {
        using var file = Open(folder, pages);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        for (var i = 0; i < 200; i++) await writer.RunAsync(new Insert(5_000));
        var moved = 0L;
        var end = Environment.TickCount64 + (seconds * 1_000L);
        var next = new ClaimFrom();
        var meter = new Meter();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            // Four batches of 500 are in flight, as with a prefetch of 2,000.
            for (long[] claimed = []; Environment.TickCount64 < end;)
            {
                var settle = new Settle(claimed);
                var claim = new Claim(next);
                await writer.PostAsync([settle, claim]);
                Interlocked.Add(ref moved, await settle.Completion);
                claimed = await claim.Completion;
                if (claimed.Length == 0) break;
            }
        })));
        return meter.Read(moved);
    }

    private static Result Bare(string folder, int seconds)
    {
        using var file = Open(folder, 4_000);
        using var connection = file.Connect(ConnectionRole.Writer);
        using var begin = new Statement(connection.Handle!, "BEGIN IMMEDIATE");
        using var insert = new Statement(connection.Handle!, Insert.Sql);
        using var commit = new Statement(connection.Handle!, "COMMIT");
        var (written, meter) = (0L, new Meter());
        var end = Environment.TickCount64 + (seconds * 1_000L);
        while (Environment.TickCount64 < end)
        {
            begin.Run();
            insert.Bind(1, written).Bind(2, Insert.Body).Run();
            commit.Run();
            written++;
        }

        return meter.Read(written);
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

    /// <summary>Touched by the writer thread only.</summary>
    private sealed class ClaimFrom
    {
        public long After { get; set; }
    }

    private sealed class Claim(ClaimFrom from) : WriteOperation<long[]>
    {
        public override int Rows => 500;
        public override bool CanFailHalfWay => true;

        public override void Execute(WriteTransaction transaction)
        {
            var found = new List<long>(500);
            var find = transaction.Prepare("SELECT id, arguments FROM pending WHERE id > ? ORDER BY id LIMIT 500").Bind(1, from.After);
            while (find.Step())
            {
                found.Add(find.Int64(0));
                _ = find.Blob(1);
            }

            find.Reset();
            if (found.Count > 0) from.After = found[^1];
            var update = transaction.Prepare("UPDATE pending SET rank = rank + 1 WHERE id = ?");
            foreach (var job in found) update.Bind(1, job).Run();
            Answer = [.. found];
        }
    }
}
