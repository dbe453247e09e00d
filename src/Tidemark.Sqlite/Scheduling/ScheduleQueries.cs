using System.Text.Json;
using Tidemark.Reading;
using Tidemark.Scheduling;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Scheduling;

/// <summary>Schedules, as they are found due, listed and shown.</summary>
internal static class ScheduleQueries
{
    static readonly string DueSql = Sql.Load("Scheduling/Due");
    static readonly string NextWakeSql = Sql.Load("Scheduling/NextWake");
    static readonly string ListSql = Sql.Load("Scheduling/List");
    static readonly string ListNamedSql = Sql.Load("Scheduling/ListNamed");
    static readonly string TroubledSql = Sql.Load("Scheduling/Troubled");
    static readonly string FindSql = Sql.Load("Scheduling/Find");
    static readonly string AuditSql = Sql.Load("Scheduling/AuditOf");
    static readonly string OccurrencesSql = Sql.Load("Scheduling/Occurrences");

    public static DueSchedules Due(StatementCache statements, int limit, DateTimeOffset now)
    {
        StoreLimits.Page(limit);
        var wake = statements.Get(NextWakeSql);
        wake.Step();
        var next = wake.InstantOrNull(0);
        wake.Reset();
        return new()
        {
            Schedules = next <= now ? All(statements.Get(DueSql).Bind(1, now.Ms()).Bind(2, limit), Read) : [],
            NextWakeAt = next,
            Now = now,
        };
    }

    public static SchedulePage List(StatementCache statements, ScheduleFilter filter, DateTimeOffset now)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var names = filter.Names is null ? null : JsonSerializer.Serialize(filter.Names);
        var found = All(filter switch
        {
            { TroubledBefore: { } before } => About(TroubledSql).Bind(4, names).Bind(5, before.Ms()).Bind(6, filter.DecidedBeyond.Ms()),
            { Names: not null } => About(ListNamedSql).Bind(4, names),
            _ => About(ListSql),
        }, Read);
        return new() { Schedules = [.. found.Take(limit)], Next = found.Length > limit ? found[limit - 1].Row.Name : null, Now = now };

        Statement About(string sql) => statements.Get(sql).Bind(1, filter.After).Bind(2, filter.Owner).Bind(3, limit + 1);
    }

    public static ScheduleDetails? Get(StatementCache statements, string name, DateTimeOffset now) => All(statements.Get(FindSql).Bind(1, name), Read) is [var reading]
        ? new(reading, All(statements.Get(AuditSql).Bind(1, name).Bind(2, StoreLimits.HistoryGiven), row => new AuditReading(row.Instant(0), row.Text(1)!, row.Text(2)!, row.Text(3))), now)
        : null;

    public static OccurrenceReading[] Occurrences(StatementCache statements, OccurrenceFilter filter) =>
        All(statements.Get(OccurrencesSql).Bind(1, filter.Schedule).Bind(2, filter.From.Ms()).Bind(3, filter.To.Ms()).Bind(4, StoreLimits.Page(filter.Limit)),
            row => new OccurrenceReading(row.Instant(0), (OccurrenceKind)row.Int32(1), new(row.Int64(2)), row.Instant(3)));

    static ScheduleReading Read(Statement row) => new()
    {
        Row = new()
        {
            Name = row.Text(0)!, Owner = row.Text(1)!, Terms = row.Text(2)!, Arguments = row.Blob(3)!, State = row.Text(4)!,
            WakeAt = row.InstantOrNull(5), Rest = (ScheduleRest)row.Int32(6), Fault = row.Text(7), DecidedUntil = row.InstantOrNull(16),
        },
        Version = row.Int64(8),
        LastJob = row.IsNull(9) ? null : new()
        {
            Id = new(row.Int64(9)), State = row.IsNull(10) ? null : (JobState)row.Int32(10), Attempt = row.Int32(11),
            DueAt = row.InstantOrNull(12), StartedAt = row.InstantOrNull(13), FinishedAt = row.InstantOrNull(14), Reason = row.Text(15),
        },
    };

    static T[] All<T>(Statement row, Func<Statement, T> read)
    {
        var all = new List<T>();
        while (row.Step()) all.Add(read(row));
        row.Reset();
        return [.. all];
    }
}
