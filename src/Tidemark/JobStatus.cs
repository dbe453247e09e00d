using System.Text.Json;

namespace Tidemark;

/// <summary>How a job ended.</summary>
public sealed record JobResult
{
    internal JobResult(JobId id, JobState state, byte[]? result, string? error, JsonSerializerOptions json) =>
        (Id, State, ResultJson, Error, this.json) = (id, state, result is null ? default(ReadOnlyMemory<byte>?) : result, error, json); // a bare null would become an empty memory

    readonly JsonSerializerOptions json;

    /// <summary>The job.</summary>
    public JobId Id { get; }

    /// <summary>Succeeded, Failed or Cancelled.</summary>
    public JobState State { get; }

    /// <summary>The result as UTF-8 JSON; null if it set none.</summary>
    public ReadOnlyMemory<byte>? ResultJson { get; }

    /// <summary>The last error; null if there was none.</summary>
    public string? Error { get; }

    /// <summary>The result, or default if there is none.</summary>
    /// <typeparam name="T">What the job gave to <see cref="JobContext.SetResult"/>.</typeparam>
    /// <exception cref="JsonException">The result is something else.</exception>
    public T? Result<T>() => ResultJson is { } result ? JsonSerializer.Deserialize<T>(result.Span, json) : default;
}

/// <summary>What is known of a job now.</summary>
public sealed record JobStatus
{
    /// <summary>The job.</summary>
    public required JobId Id { get; init; }

    /// <summary>Its registered name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands.</summary>
    public required JobState State { get; init; }

    /// <summary>Starts so far; drains and parks are not counted.</summary>
    public required int Attempt { get; init; }

    /// <summary>When it is due, if it waits; null while parked until woken.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    /// <summary>Why it is parked, failed, cancelled or tried again.</summary>
    public required string? Reason { get; init; }

    /// <summary>The last error.</summary>
    public required string? Error { get; init; }

    /// <summary>Its streams, in the order of their first checkpoint.</summary>
    public required IReadOnlyList<StreamStatus> Streams { get; init; }

    /// <summary>What interrupted it, and what that cost; oldest first.</summary>
    public required IReadOnlyList<InterruptionStatus> Interruptions { get; init; }

    /// <summary>The last lines that it logged, at most a second old while it runs.</summary>
    public required IReadOnlyList<string> Log { get; init; }
}

/// <summary>A stream's progress.</summary>
public sealed record StreamStatus
{
    /// <summary>Its declared name.</summary>
    public required string Name { get; init; }

    /// <summary>Items done.</summary>
    public required long Done { get; init; }

    /// <summary>Items set aside.</summary>
    public required long Quarantined { get; init; }

    /// <summary>Tries beyond the first.</summary>
    public required long Retried { get; init; }

    /// <summary>Items that were seen to come or go behind the position: repeated, vanished or moved. Shifting sources only.</summary>
    public required long Shifted { get; init; }

    /// <summary>All items, where the source knows.</summary>
    public required long? Total { get; init; }

    /// <summary>True once it is through.</summary>
    public required bool Ended { get; init; }

    /// <summary>What an interruption now would make us do again: items, and handler time. Null if nobody runs it now.</summary>
    public required (long Items, TimeSpan Time)? StopNow { get; init; }

    /// <summary>Items settled by the running attempt, saved or not; null if nobody runs it now.</summary>
    public required long? SettledNow { get; init; }

    /// <summary>Items settled a second over the last minute or so; null until that is known, and while it does not run.</summary>
    public required double? Rate { get; init; }

    /// <summary>How long it will still take, what it has to wait for included; null until that can be said.</summary>
    public required EtaRange? Left { get; init; }

    /// <summary>The last failure of an item, whatever became of it since; null if there was none.</summary>
    public required ItemFailure? LastFailure { get; init; }

    /// <summary>Its partitions in their order, where it is split (<see cref="StreamOptions.Partitions"/>): all else is said of them together. Empty: it is whole.</summary>
    public IReadOnlyList<PartitionStatus> Partitions { get; init; } = [];
}

/// <summary>One partition of a stream, walked by a visit: a child job of its own.</summary>
public sealed record PartitionStatus
{
    /// <summary>Its index, from 0.</summary>
    public required int Partition { get; init; }

    /// <summary>The visit.</summary>
    public required JobId Job { get; init; }

    /// <summary>The visit's state.</summary>
    public required JobState State { get; init; }

    /// <summary>Items done; null: it has saved nothing yet, or its visit has gone by retention.</summary>
    public required long? Done { get; init; }

    /// <summary>Items set aside; null as for <see cref="Done"/>.</summary>
    public required long? Quarantined { get; init; }

    /// <summary>All items of it, where its source knows.</summary>
    public required long? Total { get; init; }

    /// <summary>The worker that runs it, or null.</summary>
    public required string? Worker { get; init; }

    /// <summary>Why it is parked, failed or tried again, or null.</summary>
    public required string? Reason { get; init; }
}

/// <summary>A range of what is left: an estimate that knows how sure it is.</summary>
/// <param name="Low">If all goes as fast as it did lately at its faster.</param>
/// <param name="High">If all goes as it did at its slower.</param>
public readonly record struct EtaRange(TimeSpan Low, TimeSpan High);

/// <summary>How one item failed.</summary>
/// <param name="Key">The item; of a batch its first one.</param>
/// <param name="Error">The error with its causes.</param>
/// <param name="At">When.</param>
public sealed record ItemFailure(string Key, string Error, DateTimeOffset At);

/// <summary>A line of the interruption ledger.</summary>
/// <param name="At">When.</param>
/// <param name="Attempt">The attempt that it ended.</param>
/// <param name="Cause">Crash, Drain, LeaseLost, Park, Cancel or TimedOut.</param>
/// <param name="Items">Items done again because of it; null: nobody could count them, at most the bound of its stream.</param>
/// <param name="Time">Handler time done again, that of failed tries included; of a process that died, up to its last beat.</param>
/// <param name="Exact">True: counted. False: at most.</param>
/// <param name="Detail">For people.</param>
/// <param name="Until">Of a park: when the job was to be due again; null until woken, and for every other cause.</param>
public sealed record InterruptionStatus(DateTimeOffset At, int Attempt, string Cause, long? Items, TimeSpan Time, bool Exact, string Detail, DateTimeOffset? Until);
