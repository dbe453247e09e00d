using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage.Presence;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Reading;

/// <summary>Lists and details of jobs. Live and finished rows are one list to the reader, newest first.</summary>
internal sealed class JobQueries(Lanes lanes, PresenceDirectory presences)
{
    static readonly Sql ListLiveSql = Sql.Load("Reading/ListLive");
    static readonly Sql ListFinishedSql = Sql.Load("Reading/ListFinished");
    static readonly Sql GetLiveSql = Sql.Load("Reading/GetLive");
    static readonly Sql GetFinishedSql = Sql.Load("Reading/GetFinished");
    static readonly Sql VerdictLiveSql = Sql.Load("Reading/VerdictLive");
    static readonly Sql VerdictFinishedSql = Sql.Load("Reading/VerdictFinished");
    static readonly Sql StepsSql = Sql.Load("Reading/Steps");
    static readonly Sql StreamsSql = Sql.Load("Reading/Streams");
    static readonly Sql InterruptionsSql = Sql.Load("Reading/Interruptions");
    static readonly Sql LogSql = Sql.Load("Reading/Log");
    static readonly Sql AuditSql = Sql.Load("Reading/Audit");
    static readonly Sql PartitionsSql = Sql.Load("Reading/Partitions");
    static readonly Sql VisitsSql = Sql.Load("Reading/Visits");

    public JobPage List(StatementCache statements, JobFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        // The history may be long, and has no index on states: it is not read for those that it cannot have.
        var rows = MayBe(filter, isFinished: false) ? Page(statements, ListLiveSql, filter, limit + 1) : [];
        if (MayBe(filter, isFinished: true)) rows.AddRange(Page(statements, ListFinishedSql, filter, limit + 1));
        rows.Sort((one, other) => other.Id.Value.CompareTo(one.Id.Value));
        // A job that finished between the two statements is in both.
        var jobs = rows.DistinctBy(job => job.Id).Take(limit + 1).ToList();
        return new() { Jobs = [.. jobs.Take(limit)], Next = jobs.Count > limit ? jobs[limit - 1].Id : null };
    }

    static bool MayBe(JobFilter filter, bool isFinished) => filter.States is not { } states || Array.Exists(states, state => (state is JobState.Succeeded or JobState.Cancelled) == isFinished);

    public JobDetails? Get(StatementCache statements, JobId id)
    {
        var row = statements.Get(GetLiveSql).Bind(1, id.Value);
        if (!row.Step())
        {
            row.Reset();
            row = statements.Get(GetFinishedSql).Bind(1, id.Value);
            if (!row.Step())
            {
                row.Reset();
                return null;
            }
        }
        var slot = SlotOf(row, id, 20);
        var details = new JobDetails
        {
            Job = Read(row),
            Arguments = row.Blob(16)!,
            Result = row.Blob(17),
            Error = row.Text(18),
            Asked = row.IsNull(19) ? null : (AskKind)row.Int32(19),
            Steps = [], Streams = [], Interruptions = [], Log = [], Audit = [], Visits = [],
        };
        row.Reset();
        return details with
        {
            Steps = [.. statements.Get(StepsSql).Bind(1, id.Value).All(step => step.Text(0)!)],
            Streams = PartitionSum.Of(WithUnsaved(Streams(statements, id, slot), slot, details.Job.StartedAt ?? details.Job.CreatedAt), Partitions(statements, id)),
            Interruptions = [.. statements.Get(InterruptionsSql).Bind(1, id.Value).Bind(2, StoreLimits.HistoryGiven).All(Interruption)],
            Log = [.. statements.Get(LogSql).Bind(1, id.Value).All(line => new LogLine(line.Instant(0), line.Text(1)!, line.Text(2)!))],
            Audit = [.. statements.Get(AuditSql).Bind(1, id.Value).Bind(2, StoreLimits.HistoryGiven).All(line => new AuditReading(line.Instant(0), line.Text(1)!, line.Text(2)!, line.Text(3)))],
            Visits = [.. statements.Get(VisitsSql).Bind(1, id.Value).All(visit => new JobId(visit.Int64(0)))],
        };
    }

    static StreamReading[] Streams(StatementCache statements, JobId id, PresenceSlot? slot) =>
        [.. statements.Get(StreamsSql).Bind(1, id.Value).All(stream => Stream(stream, slot))];

    PartitionReading[] Partitions(StatementCache statements, JobId id)
    {
        var lines = statements.Get(PartitionsSql).Bind(1, id.Value).All(row => (Slot: SlotOf(row, new(row.Int64(2)), 6), StartedAt: row.InstantOrNull(8) ?? default, Line: new PartitionReading
        {
            Stream = row.Text(0)!,
            Index = row.Int32(1),
            Visit = new(row.Int64(2)),
            State = (JobState)row.Int32(3),
            Worker = row.Text(4),
            Reason = row.Text(5),
            Walked = null,
        }));
        return [.. lines.Select(one => one.Line with
        {
            Walked = Array.Find(WithUnsaved(Streams(statements, one.Line.Visit, one.Slot), one.Slot, one.StartedAt), stream => stream.Name == one.Line.Stream),
        })];
    }

    // Of a running attempt, in the presence of its worker; the columns are worker and fence.
    PresenceSlot? SlotOf(Row row, JobId id, int column) => row.IsNull(column) ? null
        : PresenceReader.TryRead(presences.PathOf(row.Int64(column)))?.Slots.FirstOrDefault(slot => slot.Job == id && slot.Fence == row.Int64(column + 1));

    public static JobVerdict? Verdict(StatementCache statements, JobId id) =>
        One(statements.Get(VerdictLiveSql).Bind(1, id.Value)) ?? One(statements.Get(VerdictFinishedSql).Bind(1, id.Value));

    static JobVerdict? One(Statement row) => row.First(found =>
    {
        var state = (JobState)found.Int32(0);
        return state is JobState.Succeeded or JobState.Cancelled or JobState.Failed ? new JobVerdict(state, found.Blob(1), found.Text(2)) : new(state, null, null);
    });

    List<JobReading> Page(StatementCache statements, Sql sql, JobFilter filter, int limit)
    {
        long? states = filter.States is null ? null : filter.States.Aggregate(0L, (bits, state) => bits | (1L << (int)state));
        return statements.Get(sql).Bind(1, filter.Before?.Value ?? long.MaxValue).Bind(2, states).Bind(3, filter.Name).Bind(4, filter.Queue)
            .Bind(5, filter.Tag is null ? null : $",{filter.Tag},").Bind(6, limit).All(Read);
    }

    JobReading Read(Row row)
    {
        var (queue, name) = lanes.NameOf(row.Int64(1));
        return new()
        {
            Id = new(row.Int64(0)),
            Name = name,
            Queue = queue,
            State = (JobState)row.Int32(2),
            Priority = row.Int32(3),
            Attempt = row.Int32(4),
            Failures = row.Int32(5),
            Crashes = row.Int32(6),
            IsSuspect = row.Flag(7),
            CreatedAt = row.Instant(8),
            DueAt = row.InstantOrNull(9),
            StartedAt = row.InstantOrNull(10),
            FinishedAt = row.InstantOrNull(11),
            Worker = row.Text(12),
            Reason = row.Text(13),
            Tags = row.Text(14),
            Parent = row.JobOrNull(15),
        };
    }

    static StreamReading Stream(Row row, PresenceSlot? slot) => new()
    {
        Name = row.Text(0)!,
        Counters = new() { Done = row.Int64(1), Quarantined = row.Int64(2), Retried = row.Int64(3), Shifted = row.Int64(4), Total = row.Int64OrNull(5), HandlerMs = row.Int64(6) },
        Ended = row.Flag(7),
        SavedAt = row.Instant(8),
        Breaker = row.Text(9) is { } breaker ? System.Text.Json.JsonSerializer.Deserialize<BreakerMemory>(breaker)!.Error : null,
        RetryListed = row.Int32(10),
        OpenQuarantine = row.Int32(11),
        Pace = row.IsNull(12) ? null : new(row.Int64(12), row.Int64(13), row.Int64(14), row.Int64(15)),
        Failure = row.IsNull(16) ? null : new(row.Text(16)!, row.Text(17)!, row.Instant(18)),
        Live = slot is not null && slot.Stream == row.Text(0) ? new(slot.CostItems, slot.CostMs, slot.Settled) : null,
    };

    // Before its first checkpoint a stream is known to its worker only: with items of minutes that may be an hour.
    static StreamReading[] WithUnsaved(StreamReading[] saved, PresenceSlot? slot, DateTimeOffset startedAt) =>
        slot?.Stream is not { } name || Array.Exists(saved, stream => stream.Name == name) ? saved
        : [.. saved, StreamReading.NothingSaved(name, startedAt, new(slot.CostItems, slot.CostMs, slot.Settled))];

    static InterruptionReading Interruption(Row row) => new(row.Int32(0), row.Instant(1), new()
    {
        Cause = (InterruptionCause)row.Int32(2), CostItems = row.Int64(3), CostMs = row.Int64(4), Exact = row.Flag(5), Detail = row.Text(6)!, Until = row.InstantOrNull(7),
    });
}
