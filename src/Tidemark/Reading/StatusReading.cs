using System.Text.Json;

namespace Tidemark.Reading;

/// <summary>The stores' reading of a job as the public sees it.</summary>
internal static class StatusReading
{
    public static JobStatus Of(JobDetails details, DateTimeOffset now) => new()
    {
        Id = details.Job.Id,
        Name = details.Job.Name,
        State = details.Job.State,
        Attempt = details.Job.Attempt,
        DueAt = details.Job.DueAt,
        Reason = details.Job.Reason,
        Error = details.Error,
        Streams = Array.ConvertAll(details.Streams, stream => Of(stream, Estimate.Of(stream, details.Job, now))),
        Interruptions = Array.ConvertAll(details.Interruptions, Of),
        Log = Array.ConvertAll(details.Log, line => $"{line.At:O} {line.Level}: {line.Text}"),
    };

    public static QuarantinedItem Of(QuarantineReading item, JsonSerializerOptions json) => new(json)
    {
        Id = item.Id,
        Stream = item.Stream,
        Key = item.Key,
        Error = item.Error,
        Failures = item.Failures,
        At = item.At,
        Payload = item.Payload,
    };

    static StreamStatus Of(StreamReading stream, Estimate estimate) => new()
    {
        Name = stream.Name,
        Done = stream.Counters.Done,
        Quarantined = stream.Counters.Quarantined,
        Retried = stream.Counters.Retried,
        Shifted = stream.Counters.Shifted,
        Total = stream.Counters.Total,
        Ended = stream.Ended,
        StopNow = stream.Live is { } live ? (live.Items, TimeSpan.FromMilliseconds(live.Milliseconds)) : null,
        SettledNow = stream.Live?.Settled,
        Rate = estimate.PerSecond,
        Left = estimate.Left,
        LastFailure = stream.Failure,
        Partitions = Array.ConvertAll(stream.Partitions, Of),
    };

    static PartitionStatus Of(PartitionReading partition) => new()
    {
        Partition = partition.Index,
        Job = partition.Visit,
        State = partition.State,
        Done = partition.Walked?.Counters.Done,
        Quarantined = partition.Walked?.Counters.Quarantined,
        Total = partition.Walked?.Counters.Total,
        Worker = partition.Worker,
        Reason = partition.Reason,
    };

    static InterruptionStatus Of(InterruptionReading line) => new(
        line.At, line.Attempt, line.What.Cause.ToString(), line.What.CostItems < 0 ? null : line.What.CostItems,
        TimeSpan.FromMilliseconds(Math.Max(0, line.What.CostMs)), line.What.Exact, line.What.Detail, line.What.Until);
}
