namespace Tidemark.Reading;

/// <summary>Read models for client, command line and dashboard. Pages go by key, never by offset.</summary>
internal interface IReadStore
{
    /// <summary>Newest first. Live rows and finished rows are one list to the reader.</summary>
    ValueTask<JobPage> ListJobsAsync(JobFilter filter);

    /// <summary>Everything about one job, or null.</summary>
    ValueTask<JobDetails?> GetJobAsync(JobId id);

    /// <summary>The state and, once terminal or failed, the result or error; null if unknown. Cheap: waiters poll it.</summary>
    ValueTask<JobVerdict?> GetVerdictAsync(JobId id);

    ValueTask<QuarantinePage> ListQuarantineAsync(QuarantineFilter filter);

    /// <summary>Counts the live jobs of all queues: on a large store that is no small thing to ask.</summary>
    ValueTask<QueueReading[]> ListQueuesAsync();

    /// <summary>By name. Cheap.</summary>
    ValueTask<PausedQueue[]> ListPausedQueuesAsync();

    ValueTask<WorkerReading[]> ListWorkersAsync();

    /// <summary>The store's own condition, for <c>doctor</c> and health checks.</summary>
    ValueTask<StoreReading> GetStoreAsync();
}

internal sealed record JobFilter
{
    public JobState[]? States { get; init; }
    public string? Name { get; init; }
    public string? Queue { get; init; }
    public string? Tag { get; init; }

    /// <summary>Only jobs with a smaller id: the cursor of the page before.</summary>
    public JobId? Before { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}

internal sealed record JobPage
{
    public required JobReading[] Jobs { get; init; }

    /// <summary>Give it as <see cref="JobFilter.Before"/> for the next page; null at the end.</summary>
    public required JobId? Next { get; init; }
}

/// <summary>One row of a list.</summary>
internal sealed record JobReading
{
    public required JobId Id { get; init; }
    public required string Name { get; init; }
    public required string Queue { get; init; }
    public required JobState State { get; init; }
    public required int Priority { get; init; }
    public required int Attempt { get; init; }
    public required int Failures { get; init; }
    public required int Crashes { get; init; }
    public required bool IsSuspect { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null while parked until woken.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    /// <summary>When its attempt was claimed, and once that is settled when it says that it started; null if it never ran.</summary>
    public required DateTimeOffset? StartedAt { get; init; }

    /// <summary>Null unless succeeded or cancelled: a failed job rests, it has not finished.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The name of the worker that runs it, or null.</summary>
    public required string? Worker { get; init; }

    /// <summary>Why it is parked, failed, cancelled, asked to stop, or tried again; null otherwise.</summary>
    public required string? Reason { get; init; }
    public required string? Tags { get; init; }
    public required JobId? Parent { get; init; }
}

internal sealed record JobDetails
{
    public required JobReading Job { get; init; }
    public required byte[] Arguments { get; init; }
    public required byte[]? Result { get; init; }

    /// <summary>The last error; null if there was none.</summary>
    public required string? Error { get; init; }

    /// <summary>The names of the finished ones, in the order of their first save; empty once the job's memory has gone.</summary>
    public required string[] Steps { get; init; }

    /// <summary>In the order of their first save. They outlive the job's memory.</summary>
    public required StreamReading[] Streams { get; init; }

    /// <summary>Oldest first, as are the audit and the log; at most the newest <see cref="Storage.StoreLimits.HistoryGiven"/>.</summary>
    public required InterruptionReading[] Interruptions { get; init; }
    public required Settling.LogLine[] Log { get; init; }
    public required AuditReading[] Audit { get; init; }
    public required JobId[] Visits { get; init; }

    /// <summary>What was asked of the running attempt and is not yet obeyed.</summary>
    public required Leasing.AskKind? Asked { get; init; }
}

internal sealed record StreamReading
{
    public required string Name { get; init; }
    public required Running.StreamCounters Counters { get; init; }
    public required int RetryListed { get; init; }
    public required int OpenQuarantine { get; init; }
    public required bool Ended { get; init; }

    /// <summary>Of a stream that has saved nothing yet: when its attempt began.</summary>
    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>While the breaker stands open: the error that opened it; else null.</summary>
    public required string? Breaker { get; init; }

    /// <summary>As it was at the last save that knew; null: never known.</summary>
    public required Running.StreamPace? Pace { get; init; }

    /// <summary>The last failure of an item that was saved; null: none.</summary>
    public required ItemFailure? Failure { get; init; }

    /// <summary>What an interruption now would make us do again, from the live presence; null if nobody runs it or it cannot be read.</summary>
    public required LiveGauge? Live { get; init; }

    /// <summary>By index, where it is split; all else is then said of them together (<see cref="PartitionSum"/>). Empty: it is whole.</summary>
    public PartitionReading[] Partitions { get; init; } = [];

    /// <summary>A stream that runs and has saved nothing yet.</summary>
    public static StreamReading NothingSaved(string name, DateTimeOffset startedAt, LiveGauge live) => new()
    {
        Name = name,
        Counters = default,
        RetryListed = 0,
        OpenQuarantine = 0,
        Ended = false,
        SavedAt = startedAt,
        Breaker = null,
        Pace = null,
        Failure = null,
        Live = live,
    };
}

/// <summary>The gauge of a running stream.</summary>
/// <param name="Items">Unsaved plus in flight.</param>
/// <param name="Milliseconds">Handler time in them.</param>
/// <param name="Settled">Items settled in all by this attempt, saved or not.</param>
internal readonly record struct LiveGauge(long Items, long Milliseconds, long Settled);

/// <summary>A line of the ledger; the attempt is the one that was interrupted.</summary>
internal sealed record InterruptionReading(int Attempt, DateTimeOffset At, Settling.Interruption What);

internal sealed record AuditReading(DateTimeOffset At, string By, string Action, string? Detail);

/// <summary>Result and error are null while the job is neither terminal nor failed.</summary>
internal sealed record JobVerdict(JobState State, byte[]? Result, string? Error);

internal sealed record QuarantineFilter
{
    public JobId? Job { get; init; }

    /// <summary>Only rows with a greater id: the cursor of the page before.</summary>
    public long? After { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}

internal sealed record QuarantinePage
{
    public required QuarantineReading[] Items { get; init; }
    public required long? Next { get; init; }
}

internal sealed record QuarantineReading
{
    public required long Id { get; init; }
    public required JobId Job { get; init; }
    public required string JobName { get; init; }
    public required string Stream { get; init; }
    public required string Key { get; init; }
    public required byte[] Payload { get; init; }
    public required string Error { get; init; }
    public required int Failures { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The visit that replays it now, or null.</summary>
    public required JobId? Visit { get; init; }
}

/// <summary>A queue that has live jobs, or was paused or resumed once. In the order of names.</summary>
internal sealed record QueueReading
{
    public required string Name { get; init; }
    public required bool Paused { get; init; }
    public required string? Reason { get; init; }
    public required long Pending { get; init; }
    public required long Running { get; init; }
    public required long Parked { get; init; }
    public required long Failed { get; init; }

    /// <summary>When the longest-waiting due job became due; null if none waits.</summary>
    public required DateTimeOffset? OldestDueAt { get; init; }
}

internal sealed record PausedQueue(string Name, string? Reason);

internal sealed record WorkerReading
{
    public required Leasing.WorkerId Id { get; init; }
    public required string Name { get; init; }
    public required string Host { get; init; }
    public required int ProcessId { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Since its last beat, by the store's clock.</summary>
    public required TimeSpan BeatAge { get; init; }

    /// <summary>Present, and not silent for longer than its lease.</summary>
    public required bool Alive { get; init; }
    public required bool Draining { get; init; }
    public required string[] JobNames { get; init; }
    public required string[] Queues { get; init; }
    public required int Running { get; init; }
}

internal sealed record StoreReading
{
    /// <summary>For people: kind, version, place, durability level.</summary>
    public required string Description { get; init; }

    /// <summary>Null while all is well.</summary>
    public required string? Fault { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>Named facts for <c>doctor</c>: WAL size, schema version, integrity, level.</summary>
    public required KeyValuePair<string, string>[] Facts { get; init; }
}
