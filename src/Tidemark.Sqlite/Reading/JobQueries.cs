using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage.Presence;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Reading;

/// <summary>Lists and details of jobs. Live and finished rows are one list to the reader, newest first.</summary>
internal sealed class JobQueries(Lanes lanes, PresenceDirectory presences)
{
    static readonly string ListLiveSql = Sql.Load("Reading/ListLive");
    static readonly string ListFinishedSql = Sql.Load("Reading/ListFinished");
    static readonly string GetLiveSql = Sql.Load("Reading/GetLive");
    static readonly string GetFinishedSql = Sql.Load("Reading/GetFinished");
    static readonly string VerdictLiveSql = Sql.Load("Reading/VerdictLive");
    static readonly string VerdictFinishedSql = Sql.Load("Reading/VerdictFinished");
    static readonly string StepsSql = Sql.Load("Reading/Steps");
    static readonly string StreamsSql = Sql.Load("Reading/Streams");
    static readonly string InterruptionsSql = Sql.Load("Reading/Interruptions");
    static readonly string LogSql = Sql.Load("Reading/Log");
    static readonly string AuditSql = Sql.Load("Reading/Audit");
    static readonly string PartitionsSql = Sql.Load("Reading/Partitions");
    static readonly string VisitsSql = Sql.Load("Reading/Visits");

    public JobPage List(StatementCache statements, JobFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var rows = Page(statements, ListLiveSql, filter, limit + 1);
        rows.AddRange(Page(statements, ListFinishedSql, filter, limit + 1));
        rows.Sort((one, other) => other.Id.Value.CompareTo(one.Id.Value));
        // A job that finished between the two statements is in both.
        var jobs = rows.DistinctBy(job => job.Id).Take(limit + 1).ToList();
        return new() { Jobs = [.. jobs.Take(limit)], Next = jobs.Count > limit ? jobs[limit - 1].Id : null };
    }

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
            Job = Read(statements, row),
            Arguments = row.Blob(16)!,
            Result = row.Blob(17),
            Error = row.Text(18),
            Asked = row.IsNull(19) ? null : (AskKind)row.Int32(19),
            Steps = [], Streams = [], Interruptions = [], Log = [], Audit = [], Visits = [],
        };
        row.Reset();
        return details with
        {
            Steps = All(statements.Get(StepsSql).Bind(1, id.Value), step => step.Text(0)!),
            Streams = PartitionSum.Of(WithUnsaved(Streams(statements, id, slot), slot, details.Job.StartedAt ?? details.Job.CreatedAt), Partitions(statements, id)),
            Interruptions = All(statements.Get(InterruptionsSql).Bind(1, id.Value).Bind(2, StoreLimits.HistoryGiven), Interruption),
            Log = All(statements.Get(LogSql).Bind(1, id.Value), line => new LogLine(line.Instant(0), line.Text(1)!, line.Text(2)!)),
            Audit = All(statements.Get(AuditSql).Bind(1, id.Value).Bind(2, StoreLimits.HistoryGiven), line => new AuditReading(line.Instant(0), line.Text(1)!, line.Text(2)!, line.Text(3))),
            Visits = All(statements.Get(VisitsSql).Bind(1, id.Value), visit => new JobId(visit.Int64(0))),
        };
    }

    static StreamReading[] Streams(StatementCache statements, JobId id, PresenceSlot? slot) =>
        All(statements.Get(StreamsSql).Bind(1, id.Value), stream => Stream(stream, slot));

    PartitionReading[] Partitions(StatementCache statements, JobId id)
    {
        var lines = All(statements.Get(PartitionsSql).Bind(1, id.Value), row => (Slot: SlotOf(row, new(row.Int64(2)), 6), StartedAt: row.InstantOrNull(8) ?? default, Line: new PartitionReading
        {
            Stream = row.Text(0)!,
            Index = row.Int32(1),
            Visit = new(row.Int64(2)),
            State = (JobState)row.Int32(3),
            Worker = row.Text(4),
            Reason = row.Text(5),
            Walked = null,
        }));
        return Array.ConvertAll(lines, one => one.Line with
        {
            Walked = Array.Find(WithUnsaved(Streams(statements, one.Line.Visit, one.Slot), one.Slot, one.StartedAt), stream => stream.Name == one.Line.Stream),
        });
    }

    // Of a running attempt, in the presence of its worker; the columns are worker and fence.
    PresenceSlot? SlotOf(Statement row, JobId id, int column) => row.IsNull(column) ? null
        : PresenceReader.TryRead(presences.PathOf(row.Int64(column)))?.Slots.FirstOrDefault(slot => slot.Job == id && slot.Fence == row.Int64(column + 1));

    public static JobVerdict? Verdict(StatementCache statements, JobId id) =>
        One(statements.Get(VerdictLiveSql).Bind(1, id.Value)) ?? One(statements.Get(VerdictFinishedSql).Bind(1, id.Value));

    static JobVerdict? One(Statement row)
    {
        JobVerdict? verdict = null;
        if (row.Step())
        {
            var state = (JobState)row.Int32(0);
            verdict = state is JobState.Succeeded or JobState.Cancelled or JobState.Failed ? new(state, row.Blob(1), row.Text(2)) : new(state, null, null);
        }
        row.Reset();
        return verdict;
    }

    List<JobReading> Page(StatementCache statements, string sql, JobFilter filter, int limit)
    {
        long? states = filter.States is null ? null : filter.States.Aggregate(0L, (bits, state) => bits | (1L << (int)state));
        var row = statements.Get(sql).Bind(1, filter.Before?.Value ?? long.MaxValue).Bind(2, states).Bind(3, filter.Name).Bind(4, filter.Queue)
            .Bind(5, filter.Tag is null ? null : $",{filter.Tag},").Bind(6, limit);
        var found = new List<JobReading>();
        while (row.Step()) found.Add(Read(statements, row));
        row.Reset();
        return found;
    }

    JobReading Read(StatementCache statements, Statement row)
    {
        var (queue, name) = lanes.NameOf(statements, row.Int64(1));
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

    static StreamReading Stream(Statement row, PresenceSlot? slot) => new()
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

    static InterruptionReading Interruption(Statement row) => new(row.Int32(0), row.Instant(1), new()
    {
        Cause = (InterruptionCause)row.Int32(2), CostItems = row.Int64(3), CostMs = row.Int64(4), Exact = row.Flag(5), Detail = row.Text(6)!, Until = row.InstantOrNull(7),
    });

    static T[] All<T>(Statement row, Func<Statement, T> read)
    {
        var all = new List<T>();
        while (row.Step()) all.Add(read(row));
        row.Reset();
        return [.. all];
    }
}
