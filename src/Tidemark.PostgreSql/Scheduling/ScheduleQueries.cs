using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Reading;
using Tidemark.Scheduling;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Scheduling;

/// <summary>Schedules, as they are found due, listed and shown.</summary>
internal static class ScheduleQueries
{
    static readonly Sql DueSql = Sql.Load("Scheduling/Due");
    static readonly Sql NextWakeSql = Sql.Load("Scheduling/NextWake");
    static readonly Sql ListSql = Sql.Load("Scheduling/List");
    static readonly Sql ListNamedSql = Sql.Load("Scheduling/ListNamed");
    static readonly Sql TroubledSql = Sql.Load("Scheduling/Troubled");
    static readonly Sql FindSql = Sql.Load("Scheduling/Find");
    static readonly Sql AuditSql = Sql.Load("Scheduling/AuditOf");
    static readonly Sql OccurrencesSql = Sql.Load("Scheduling/Occurrences");
    static readonly Sql NowSql = Sql.Load("Storage/Now");

    public static DueSchedules Due(StatementCache statements, int limit)
    {
        StoreLimits.Page(limit);
        var (now, next) = statements.Get(NextWakeSql).First(row => (row.Instant(0), row.InstantOrNull(1)));
        return new()
        {
            Schedules = next <= now ? [.. statements.Unprepared.Get(DueSql).Bind(1, now.Ms()).Bind(2, limit).All(Read)] : [],
            NextWakeAt = next,
            Now = now,
        };
    }

    public static SchedulePage List(StatementCache statements, ScheduleFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var found = (filter switch
        {
            { TroubledBefore: { } before } => About(TroubledSql).Bind(4, filter.Names!).Bind(5, before.Ms()).Bind(6, filter.DecidedBeyond.Ms()),
            { Names: { } names } => About(ListNamedSql).Bind(4, names),
            _ => About(ListSql),
        }).All(Read);
        return new() { Schedules = [.. found.Take(limit)], Next = found.Count > limit ? found[limit - 1].Row.Name : null, Now = Now(statements) };

        Statement About(Sql sql) => statements.Get(sql).Bind(1, filter.After).Bind(2, filter.Owner).Bind(3, limit + 1);
    }

    public static ScheduleDetails? Get(StatementCache statements, string name) => statements.Get(FindSql).Bind(1, name).All(Read) is [var reading]
        ? new(reading, [.. statements.Get(AuditSql).Bind(1, name).Bind(2, StoreLimits.HistoryGiven).All(row => new AuditReading(row.Instant(0), row.Text(1)!, row.Text(2)!, row.Text(3)))], Now(statements))
        : null;

    public static OccurrenceReading[] Occurrences(StatementCache statements, OccurrenceFilter filter) =>
        [.. statements.Get(OccurrencesSql).Bind(1, filter.Schedule).Bind(2, filter.From.Ms()).Bind(3, filter.To.Ms()).Bind(4, StoreLimits.Page(filter.Limit))
            .All(row => new OccurrenceReading(row.Instant(0), (OccurrenceKind)row.Int32(1), new(row.Int64(2)), row.Instant(3)))];

    static DateTimeOffset Now(StatementCache statements) => statements.Get(NowSql).First(row => row.Instant(0));

    static ScheduleReading Read(Row row) => new()
    {
        Row = new()
        {
            Name = row.Text(0)!, Owner = row.Text(1)!, Terms = row.Text(2)!, Arguments = row.Blob(3)!, State = row.Text(4)!,
            WakeAt = row.InstantOrNull(5), Rest = (ScheduleRest)row.Int32(6), Fault = row.Text(7), DecidedUntil = row.InstantOrNull(16),
        },
        Version = row.Int64(8),
        LastJob = row.IsNull(9) ? null : new()
        {
            Id = new(row.Int64(9)), State = row.IsNull(10) ? null : (JobState)row.Int32(10), Attempt = row.IsNull(11) ? 0 : row.Int32(11),
            DueAt = row.InstantOrNull(12), StartedAt = row.InstantOrNull(13), FinishedAt = row.InstantOrNull(14), Reason = row.Text(15),
        },
    };
}
