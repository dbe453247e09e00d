namespace Tidemark.Running;

/// <summary>What a job has saved: where a next attempt begins.</summary>
internal sealed record JobMemory
{
    public static JobMemory Empty => new() { Steps = [], Streams = [], Partitions = [] };

    public required StepMemo[] Steps { get; init; }
    public required StreamMemory[] Streams { get; init; }

    /// <summary>Of its streams that are split, by stream and index; of a visit for a partition: that one alone.</summary>
    public required PartitionMemory[] Partitions { get; init; }

    public IEnumerable<PartitionMemory> PartitionsOf(string stream) => Partitions.Where(partition => partition.Stream == stream);
}

/// <summary>One partition of a split stream, and how it stands.</summary>
internal sealed record PartitionMemory
{
    public required string Stream { get; init; }

    /// <summary>From 0.</summary>
    public required int Index { get; init; }
    public required int Count { get; init; }
    public required JobId Visit { get; init; }

    /// <summary>Of the visit, and <see cref="JobState.Succeeded"/> for ever once it has: its row goes by retention, this does not.</summary>
    public required JobState State { get; init; }

    /// <summary>Why the visit has failed; null if it has not.</summary>
    public required string? Reason { get; init; }
}

internal sealed record StepMemo
{
    public required string Name { get; init; }

    /// <summary>UTF-8 JSON of the result; empty for a step without one, which no JSON is: a result of null is another thing.</summary>
    public required byte[] Result { get; init; }
    public required DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A stream as last saved.</summary>
internal sealed record StreamMemory
{
    public required string Name { get; init; }

    /// <summary>The number of the last save; the next is one more.</summary>
    public required long Number { get; init; }

    /// <summary>UTF-8 JSON of the low-water cursor; null: from the start.</summary>
    public required byte[]? Cursor { get; init; }

    /// <summary>What the source says of itself (a prefix fingerprint, say), to tell the same input from another.</summary>
    public required string? Fingerprint { get; init; }
    public required StreamCounters Counters { get; init; }

    /// <summary>
    /// Settled keys ahead of the cursor, in ordinal order. Empty for a stream that keeps more than
    /// <see cref="Storage.StoreLimits.AheadGiven"/> (all its keys, then): ask <see cref="ICheckpointStore.SettledAmongAsync"/>.
    /// </summary>
    public required string[] Ahead { get; init; }

    /// <summary>The first due first.</summary>
    public required RetryItem[] RetryList { get; init; }

    /// <summary>Keys in flight at a crash, which go one at a time; in ordinal order. They stay until <see cref="CheckpointRows.Acquitted"/>.</summary>
    public required SuspectItem[] Suspects { get; init; }
    public required bool Ended { get; init; }
    public required BreakerMemory? Breaker { get; init; }

    /// <summary>
    /// Rows in quarantine now: what was quarantined and neither replayed nor dropped since. For a visit for a partition those of the whole stream, for the rows do
    /// not tell whose they were. 0 for a replay, whose items are its parent's.
    /// </summary>
    public required long OpenQuarantine { get; init; }
}

/// <summary>
/// Plain sums since the job was accepted. A recall answers them as the job's attempts saved them; what replay visits moved from quarantined to
/// done is kept beside and added in every reading, so that a parent that still runs cannot overwrite it.
/// </summary>
internal readonly record struct StreamCounters
{
    /// <summary>Of two partitions together; the total is known where both are.</summary>
    public StreamCounters Plus(StreamCounters other) => new()
    {
        Done = Done + other.Done,
        Quarantined = Quarantined + other.Quarantined,
        Retried = Retried + other.Retried,
        Shifted = Shifted + other.Shifted,
        Total = Total + other.Total,
        HandlerMs = HandlerMs + other.HandlerMs,
    };

    public long Done { get; init; }
    public long Quarantined { get; init; }

    /// <summary>Retries of items.</summary>
    public long Retried { get; init; }

    /// <summary>Items seen to come or go behind the position: repeated, vanished, moved (shifting sources only).</summary>
    public long Shifted { get; init; }

    /// <summary>The source's own count when it is known, else null.</summary>
    public long? Total { get; init; }

    /// <summary>Handler time in milliseconds, backoff excluded.</summary>
    public long HandlerMs { get; init; }
}

/// <summary>An item whose backoff is too long to wait in place: durable, and the low-water mark passes it.</summary>
internal sealed record RetryItem
{
    public required string Key { get; init; }

    /// <summary>UTF-8 JSON of the item.</summary>
    public required byte[] Payload { get; init; }
    public required int Failures { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required string Error { get; init; }
}

/// <summary>An item that was in flight when its process died.</summary>
internal sealed record SuspectItem
{
    public required string Key { get; init; }

    /// <summary>
    /// How often it was the only item in flight when its job was the only suspect of the process that crashed. Counted under no other
    /// circumstances, so that the neighbours of a process-killer are never charged.
    /// </summary>
    public required int SoleCrashes { get; init; }
}

internal sealed record QuarantineEntry
{
    public required string Key { get; init; }
    public required byte[] Payload { get; init; }
    public required int Failures { get; init; }
    public required string Error { get; init; }
}

/// <summary>An open quarantine row as a replay reads it.</summary>
internal sealed record QuarantinedRow
{
    public required long Id { get; init; }
    public required string Key { get; init; }
    public required byte[] Payload { get; init; }
}

/// <summary>Why the breaker stands open: kept so that the canary and its delay survive a restart.</summary>
internal sealed record BreakerMemory
{
    public required string Fingerprint { get; init; }
    public required string Error { get; init; }
    public required int FailedCanaries { get; init; }
    public required string? LastCanaryKey { get; init; }
}
