using System.Text.Json;
using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Sqlite.Files;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Reading;

/// <summary>Quarantine, queues, workers and the store's own condition.</summary>
internal sealed class StoreQueries(SqliteFile file, SqliteWriter writer, PresenceDirectory presences, TimeProvider time)
{
    static readonly string QuarantineSql = Sql.Load("Reading/Quarantine");
    static readonly string QueuesSql = Sql.Load("Reading/Queues");
    static readonly string QueueRowsSql = Sql.Load("Reading/QueueRows");
    static readonly string PausedQueuesSql = Sql.Load("Reading/PausedQueues");
    static readonly string WorkersSql = Sql.Load("Reading/Workers");

    public static QuarantinePage Quarantine(StatementCache statements, QuarantineFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var row = statements.Get(QuarantineSql).Bind(1, filter.After ?? 0).Bind(2, filter.Job?.Value).Bind(3, limit + 1);
        var items = new List<QuarantineReading>();
        while (row.Step())
        {
            items.Add(new()
            {
                Id = row.Int64(0), Job = new(row.Int64(1)), JobName = row.Text(2)!, Stream = row.Text(3)!, Key = row.Text(4)!, Payload = row.Blob(5)!,
                Error = row.Text(6)!, Failures = row.Int32(7), At = row.Instant(8), Visit = row.JobOrNull(9),
            });
        }
        row.Reset();
        return new() { Items = [.. items.Take(limit)], Next = items.Count > limit ? items[limit - 1].Id : null };
    }

    public QueueReading[] Queues(StatementCache statements)
    {
        var queues = new SortedDictionary<string, QueueReading>(StringComparer.Ordinal);
        QueueReading Of(string name) => queues.TryGetValue(name, out var known)
            ? known
            : new() { Name = name, Paused = false, Reason = null, Pending = 0, Running = 0, Parked = 0, Failed = 0, OldestDueAt = null };
        var row = statements.Get(QueuesSql).Bind(1, time.GetUtcNow().Ms());
        while (row.Step())
        {
            var queue = Of(row.Text(0)!);
            var count = row.Int64(2);
            queues[queue.Name] = (JobState)row.Int32(1) switch
            {
                JobState.Pending => queue with { Pending = count, OldestDueAt = row.InstantOrNull(3) },
                JobState.Running => queue with { Running = count },
                JobState.Parked => queue with { Parked = count },
                _ => queue with { Failed = count },
            };
        }
        row.Reset();
        var rows = statements.Get(QueueRowsSql);
        while (rows.Step()) queues[rows.Text(0)!] = Of(rows.Text(0)!) with { Paused = rows.Flag(1), Reason = rows.Text(2) };
        rows.Reset();
        return [.. queues.Values];
    }

    public static PausedQueue[] Paused(StatementCache statements)
    {
        var paused = new List<PausedQueue>();
        var row = statements.Get(PausedQueuesSql);
        while (row.Step()) paused.Add(new(row.Text(0)!, row.Text(1)));
        row.Reset();
        return [.. paused];
    }

    public WorkerReading[] Workers(StatementCache statements)
    {
        var workers = new List<WorkerReading>();
        var row = statements.Get(WorkersSql);
        while (row.Step())
        {
            var presence = PresenceReader.TryRead(presences.PathOf(row.Int64(0)));
            var age = presence?.BeatAge ?? TimeSpan.MaxValue;
            workers.Add(new()
            {
                Id = new(row.Int64(0)), Name = row.Text(1)!, Host = row.Text(2)!, ProcessId = row.Int32(3), StartedAt = row.Instant(4),
                BeatAge = age, Alive = presence is { IsAlive: true } && !row.Flag(9) && (row.Flag(8) || age <= TimeSpan.FromMilliseconds(row.Int64(5))), // a retired one ends with its process
                Draining = row.Flag(8) || presence?.Phase == WorkerPhase.Draining,
                JobNames = JsonSerializer.Deserialize<string[]>(row.Text(6)!)!, Queues = JsonSerializer.Deserialize<string[]>(row.Text(7)!)!,
                Running = presence?.Running ?? 0,
            });
        }
        row.Reset();
        return [.. workers];
    }

    public StoreReading Store() => new()
    {
        Description = $"SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}, {file.Path}, {file.Options.Durability}",
        Fault = writer.Health.Trouble?.Message,
        Now = StoreLaw.ToMilliseconds(time.GetUtcNow()),
        Facts =
        [
            new("kind", $"SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}"), new("path", file.Path), new("durability", file.Options.Durability.ToString()), new("schema", Migration.Embedded[^1].Version.ToString()),
            new("wal bytes", (new FileInfo(file.WalPath) is { Exists: true } wal ? wal.Length : 0).ToString()),
        ],
    };
}
