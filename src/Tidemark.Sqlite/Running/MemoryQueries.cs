using System.Text.Json;
using Tidemark.Running;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Running;

/// <summary>What a job remembers, read back.</summary>
internal static class MemoryQueries
{
    static readonly string StepsSql = Sql.Load("Running/RecallSteps");
    static readonly string StreamsSql = Sql.Load("Running/RecallStreams");
    static readonly string SettledSql = Sql.Load("Running/RecallSettled");
    static readonly string RetrySql = Sql.Load("Running/RecallRetryItems");
    static readonly string SuspectSql = Sql.Load("Running/RecallSuspectItems");
    static readonly string FindStreamSql = Sql.Load("Running/FindStream");
    static readonly string IsSettledSql = Sql.Load("Running/IsSettled");
    static readonly string PartitionsSql = Sql.Load("Running/RecallPartitions");
    static readonly string ReplaySql = Sql.Load("Running/ReadReplay");

    public static JobMemory Recall(StatementCache statements, JobId job, JobId? parent)
    {
        var steps = Steps(statements, job);
        if (parent is { } above) steps.InsertRange(0, Steps(statements, above).Where(memo => !steps.Exists(step => step.Name == memo.Name)).ToList());
        return new() { Steps = [.. steps], Streams = Streams(statements, job), Partitions = Partitions(statements, job) };
    }

    public static string[] SettledAmong(StatementCache statements, JobId job, string stream, IReadOnlyList<string> keys)
    {
        var row = statements.Get(FindStreamSql).Bind(1, job.Value).Bind(2, stream);
        var id = row.Step() ? row.Int64(0) : 0;
        row.Reset();
        if (id == 0) return [];
        var found = new List<string>();
        foreach (var key in keys)
        {
            var settled = statements.Get(IsSettledSql).Bind(1, id).Bind(2, key);
            if (settled.Step()) found.Add(key);
            settled.Reset();
        }
        return [.. found];
    }

    public static QuarantinedRow[] ReadReplay(StatementCache statements, JobId visit, long afterId, int limit) =>
        [.. All(statements.Get(ReplaySql).Bind(1, visit.Value).Bind(2, afterId).Bind(3, StoreLimits.Page(limit)),
            row => new QuarantinedRow { Id = row.Int64(0), Key = row.Text(1)!, Payload = row.Blob(2)! })];

    static List<StepMemo> Steps(StatementCache statements, JobId job) => All(statements.Get(StepsSql).Bind(1, job.Value),
        row => new StepMemo { Name = row.Text(0)!, Result = row.Blob(1)!, ExpiresAt = row.InstantOrNull(2) });

    static PartitionMemory[] Partitions(StatementCache statements, JobId job) => [.. All(statements.Get(PartitionsSql).Bind(1, job.Value), row => new PartitionMemory
    {
        Stream = row.Text(0)!,
        Index = row.Int32(1),
        Count = row.Int32(2),
        Visit = new(row.Int64(3)),
        State = (JobState)row.Int32(4),
        Reason = row.Text(5),
    })];

    static StreamMemory[] Streams(StatementCache statements, JobId job)
    {
        var lines = All(statements.Get(StreamsSql).Bind(1, job.Value), row => (Id: row.Int64(0), Line: Read(row)));
        return [.. lines.Select(stream => stream.Line with
        {
            Ahead = Ahead(statements, stream.Id),
            RetryList = [.. All(statements.Get(RetrySql).Bind(1, stream.Id), row => new RetryItem
            {
                Key = row.Text(0)!, Payload = row.Blob(1)!, Failures = row.Int32(2), DueAt = row.Instant(3), Error = row.Text(4)!,
            })],
            Suspects = [.. All(statements.Get(SuspectSql).Bind(1, stream.Id), row => new SuspectItem { Key = row.Text(0)!, SoleCrashes = row.Int32(1) })],
        })];
    }

    // One more than the limit tells that there are too many: then none are given.
    static string[] Ahead(StatementCache statements, long stream)
    {
        var keys = All(statements.Get(SettledSql).Bind(1, stream).Bind(2, StoreLimits.AheadGiven + 1), row => row.Text(0)!);
        return keys.Count <= StoreLimits.AheadGiven ? [.. keys] : [];
    }

    static StreamMemory Read(Statement row) => new()
    {
        Name = row.Text(1)!,
        Number = row.Int64(2),
        Cursor = row.Blob(3),
        Fingerprint = row.Text(4),
        Counters = new()
        {
            Done = row.Int64(5), Quarantined = row.Int64(6), Retried = row.Int64(7), Shifted = row.Int64(8), Total = row.Int64OrNull(9), HandlerMs = row.Int64(10),
        },
        Ended = row.Flag(11),
        Breaker = row.Text(12) is { } breaker ? JsonSerializer.Deserialize<BreakerMemory>(breaker) : null,
        OpenQuarantine = row.Int64(13),
        Ahead = [],
        RetryList = [],
        Suspects = [],
    };

    static List<T> All<T>(Statement row, Func<Statement, T> read)
    {
        var all = new List<T>();
        while (row.Step()) all.Add(read(row));
        row.Reset();
        return all;
    }
}
