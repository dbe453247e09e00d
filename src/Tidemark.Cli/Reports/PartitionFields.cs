using Tidemark.Reading;

namespace Tidemark.Cli.Reports;

/// <summary>How the partitions of a split stream are shown: a line each, with the job that walks it.</summary>
internal static class PartitionFields
{
    internal static Field<PartitionReading>[] Of(JobId job) =>
    [
        new("job", null, _ => job.Value),
        new("stream", "STREAM", it => it.Stream),
        new("partition", null, it => it.Index),
        new(null, "PARTITION", it => it.Index + 1),
        new("visit", "JOB", it => it.Visit.Value),
        new("state", "STATE", it => it.State.ToString().ToLowerInvariant()),
        new("done", "DONE", it => it.Walked?.Counters.Done),
        new("quarantined", "QUARANTINED", it => it.Walked?.Counters.Quarantined is > 0 and var some ? some : null),
        new("total", "TOTAL", it => it.Walked?.Counters.Total),
        new("worker", "WORKER", it => it.Worker),
        new("reason", "REASON", it => it.Reason),
    ];
}
