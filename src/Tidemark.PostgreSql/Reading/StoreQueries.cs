using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Reading;
using Tidemark.Storage.Presence;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Reading;

/// <summary>Quarantine, queues, workers and the store's own condition.</summary>
internal sealed class StoreQueries(Database database, PresenceDirectory presences)
{
    static readonly Sql QuarantineSql = Sql.Load("Reading/Quarantine");
    static readonly Sql QueuesSql = Sql.Load("Reading/Queues");
    static readonly Sql QueueRowsSql = Sql.Load("Reading/QueueRows");
    static readonly Sql PausedQueuesSql = Sql.Load("Reading/PausedQueues");
    static readonly Sql WorkersSql = Sql.Load("Reading/Workers");
    static readonly Sql StoreSql = Sql.Load("Reading/Store");

    public static QuarantinePage Quarantine(StatementCache statements, QuarantineFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var items = statements.Get(QuarantineSql).Bind(1, filter.After ?? 0).Bind(2, filter.Job?.Value).Bind(3, limit + 1).All(row => new QuarantineReading
        {
            Id = row.Int64(0), Job = new(row.Int64(1)), JobName = row.Text(2)!, Stream = row.Text(3)!, Key = row.Text(4)!, Payload = row.Blob(5)!,
            Error = row.Text(6)!, Failures = row.Int32(7), At = row.Instant(8), Visit = row.JobOrNull(9),
        });
        return new() { Items = [.. items.Take(limit)], Next = items.Count > limit ? items[limit - 1].Id : null };
    }

    public static QueueReading[] Queues(StatementCache statements)
    {
        var queues = new SortedDictionary<string, QueueReading>(StringComparer.Ordinal);
        QueueReading Of(string name) => queues.TryGetValue(name, out var known)
            ? known
            : new() { Name = name, Paused = false, Reason = null, Pending = 0, Running = 0, Parked = 0, Failed = 0, OldestDueAt = null };
        var row = statements.Get(QueuesSql);
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

    public static PausedQueue[] Paused(StatementCache statements) => [.. statements.Get(PausedQueuesSql).All(row => new PausedQueue(row.Text(0)!, row.Text(1)))];

    public WorkerReading[] Workers(StatementCache statements) => [.. statements.Get(WorkersSql).All(row =>
    {
        var age = TimeSpan.FromMilliseconds(row.Int64(10));
        var (retired, dead) = (row.Flag(8), row.Flag(9));
        var gone = PresenceReader.TryRead(presences.PathOf(row.Int64(0))) is { IsAlive: false };
        return new WorkerReading
        {
            Id = new(row.Int64(0)), Name = row.Text(1)!, Host = row.Text(2)!, ProcessId = row.Int32(3), StartedAt = row.Instant(4),
            BeatAge = age, Alive = !gone && !dead && (retired || age <= TimeSpan.FromMilliseconds(row.Int64(5))), // a retired one ends with its process
            Draining = retired || row.Flag(11), JobNames = row.Texts(6), Queues = row.Texts(7), Running = row.Int32(12),
        };
    })];

    public StoreReading Store(StatementCache statements) => statements.Get(StoreSql).First(row => new StoreReading
    {
        Description = $"PostgreSQL {row.Text(1)}, {database.Place}, synchronous_commit {row.Text(2)}",
        Fault = null,
        Now = row.Instant(0),
        Facts =
        [
            new("kind", $"PostgreSQL {row.Text(1)}"), new("place", database.Place), new("schema", row.Int64(4).ToString()),
            new("durability", !database.NeedsDisk || row.Flag(7) || row.Text(2) == "off" ? "ProcessCrash" : row.Flag(5) ? "MachineLoss" : "PowerLoss"), new("synchronous_commit", row.Text(2)!), new("fsync", row.Text(3)!), new("epoch", row.Int64(6).ToString()),
        ],
    })!;
}
