using Tidemark.Running;

namespace Tidemark.Reading;

/// <summary>One partition of a split stream as its visit stands.</summary>
internal sealed record PartitionReading
{
    public required string Stream { get; init; }

    /// <summary>From 0.</summary>
    public required int Index { get; init; }
    public required JobId Visit { get; init; }
    public required JobState State { get; init; }

    /// <summary>The worker that runs the visit, or null.</summary>
    public required string? Worker { get; init; }

    /// <summary>Why the visit is parked, failed or tried again, or null.</summary>
    public required string? Reason { get; init; }

    /// <summary>Its stream as the visit has it; null: it has saved nothing and does not run, or its row has gone by retention.</summary>
    public required StreamReading? Walked { get; init; }
}

/// <summary>Makes one stream of a split one: what its visits have done, are doing and have set aside. Pure.</summary>
internal static class PartitionSum
{
    /// <summary>The streams of a job, those that are split with what their living visits add to the line that the ended ones have left.</summary>
    public static StreamReading[] Of(StreamReading[] streams, PartitionReading[] partitions) => partitions.Length == 0 ? streams
        : Array.ConvertAll(streams, stream => Array.FindAll(partitions, partition => partition.Stream == stream.Name) is { Length: > 0 } its ? Of(stream, its) : stream);

    static StreamReading Of(StreamReading line, PartitionReading[] partitions)
    {
        var open = partitions.Where(partition => partition.State != JobState.Succeeded).ToList();
        var walked = open.Select(partition => partition.Walked).OfType<StreamReading>().ToList();
        var live = walked.Where(stream => stream.Live is not null).ToList();
        return line with
        {
            Counters = open.Aggregate(line.Counters, (sum, partition) => sum.Plus(partition.Walked?.Counters ?? default)),
            RetryListed = line.RetryListed + walked.Sum(stream => stream.RetryListed),
            SavedAt = walked.Select(stream => stream.SavedAt).Append(line.SavedAt).Max(),
            Breaker = walked.Select(stream => stream.Breaker).FirstOrDefault(error => error is not null),
            Pace = Together([.. live.Select(stream => stream.Pace).OfType<StreamPace>()]),
            Failure = walked.Select(stream => stream.Failure).Append(line.Failure).OfType<ItemFailure>().MaxBy(failure => failure.At),
            Live = live.Count == 0 ? null : new(live.Sum(stream => stream.Live!.Value.Items), live.Sum(stream => stream.Live!.Value.Milliseconds), live.Sum(stream => stream.Live!.Value.Settled)),
            Partitions = partitions,
        };
    }

    // The windows end at about the same time but are not equally long: each counts as it would over the longest.
    static StreamPace? Together(StreamPace[] paces)
    {
        if (paces.Length == 0) return null;
        var (ms, newerMs) = (paces.Max(pace => pace.Ms), paces.Max(pace => pace.NewerMs));
        return new(
            paces.Sum(pace => pace.Items * ms / Math.Max(1, pace.Ms)), ms,
            paces.Sum(pace => pace.NewerItems * newerMs / Math.Max(1, pace.NewerMs)), newerMs);
    }
}
