using System.Text.Json;
using Tidemark.Running;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Running;

/// <summary>What a job remembers, read back.</summary>
internal static class MemoryQueries
{
    static readonly Sql StepsSql = Sql.Load("Running/RecallSteps");
    static readonly Sql StreamsSql = Sql.Load("Running/RecallStreams");
    static readonly Sql SettledSql = Sql.Load("Running/RecallSettled");
    static readonly Sql RetrySql = Sql.Load("Running/RecallRetryItems");
    static readonly Sql SuspectSql = Sql.Load("Running/RecallSuspectItems");
    static readonly Sql IsSettledSql = Sql.Load("Running/IsSettled");
    static readonly Sql PartitionsSql = Sql.Load("Running/RecallPartitions");
    static readonly Sql ReplaySql = Sql.Load("Running/ReadReplay");

    public static JobMemory Recall(StatementCache statements, JobId job, JobId? parent)
    {
        var steps = Steps(statements, job);
        if (parent is { } above) steps.InsertRange(0, Steps(statements, above).Where(memo => !steps.Exists(step => step.Name == memo.Name)).ToList());
        return new() { Steps = [.. steps], Streams = Streams(statements, job), Partitions = Partitions(statements, job) };
    }

    public static string[] SettledAmong(StatementCache statements, JobId job, string stream, IReadOnlyList<string> keys) =>
        [.. statements.Get(IsSettledSql).Bind(1, job.Value).Bind(2, stream).Bind(3, keys).All(row => row.Text(0)!)];

    public static QuarantinedRow[] ReadReplay(StatementCache statements, JobId visit, long afterId, int limit) =>
        [.. statements.Get(ReplaySql).Bind(1, visit.Value).Bind(2, afterId).Bind(3, StoreLimits.Page(limit)).All(
            row => new QuarantinedRow { Id = row.Int64(0), Key = row.Text(1)!, Payload = row.Blob(2)! })];

    static List<StepMemo> Steps(StatementCache statements, JobId job) => statements.Get(StepsSql).Bind(1, job.Value).All(
        row => new StepMemo { Name = row.Text(0)!, Result = row.Blob(1)!, ExpiresAt = row.InstantOrNull(2) });

    static PartitionMemory[] Partitions(StatementCache statements, JobId job) => [.. statements.Get(PartitionsSql).Bind(1, job.Value).All(row => new PartitionMemory
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
        var lines = statements.Get(StreamsSql).Bind(1, job.Value).All(row => (Id: row.Int64(0), Line: Read(row)));
        return [.. lines.Select(stream => stream.Line with
        {
            Ahead = Ahead(statements, stream.Id),
            RetryList = [.. statements.Get(RetrySql).Bind(1, stream.Id).All(row => new RetryItem
            {
                Key = row.Text(0)!, Payload = row.Blob(1)!, Failures = row.Int32(2), DueAt = row.Instant(3), Error = row.Text(4)!,
            })],
            Suspects = [.. statements.Get(SuspectSql).Bind(1, stream.Id).All(row => new SuspectItem { Key = row.Text(0)!, SoleCrashes = row.Int32(1) })],
        })];
    }

    // One more than the limit tells that there are too many: then none are given.
    static string[] Ahead(StatementCache statements, long stream)
    {
        var keys = statements.Get(SettledSql).Bind(1, stream).Bind(2, StoreLimits.AheadGiven + 1).All(row => row.Text(0)!);
        return keys.Count <= StoreLimits.AheadGiven ? [.. keys] : [];
    }

    static StreamMemory Read(Row row) => new()
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
}
