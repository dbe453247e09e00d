using Tidemark.Enqueueing;
using Tidemark.Reading;

namespace Tidemark.Scheduling;

/// <summary>
/// Stage 0: schedules and their occurrences. The store knows no rule: it keeps rows, finds those whose time has come, and changes them by compare and
/// set. What a change means is decided by pure functions of the core, the same for every store and every reader.
/// </summary>
internal interface IScheduleStore
{
    /// <summary>The rows whose <see cref="ScheduleRow.WakeAt"/> is not after the store's now, the longest due first (ties by name), at most <paramref name="limit"/> (1 to 1,000).</summary>
    ValueTask<DueSchedules> ReadDueSchedulesAsync(int limit);

    /// <summary>A page in the order of names (by their bytes).</summary>
    ValueTask<SchedulePage> ListSchedulesAsync(ScheduleFilter filter);

    /// <summary>One row with its audit (oldest first, at most the newest <see cref="Storage.StoreLimits.HistoryGiven"/>), or null.</summary>
    ValueTask<ScheduleDetails?> GetScheduleAsync(string name);

    /// <summary>The occurrences that were given a job, newest first.</summary>
    ValueTask<OccurrenceReading[]> ListOccurrencesAsync(OccurrenceFilter filter);

    /// <summary>
    /// Carries out changes, all in one transaction, each judged for itself: one whose expected version is not the row's any more does nothing. The row, the
    /// jobs of its occurrences, the memory that they had theirs, and the audit row are one. An occurrence that has had its job gets none. A job becomes the
    /// row's last one; a change without new jobs keeps the last one that the row has. A name comes at most once in a call; at most 1,000 changes.
    /// </summary>
    ValueTask<ScheduleReply[]> ChangeSchedulesAsync(IReadOnlyList<ScheduleChange> changes);
}

/// <summary>Why a schedule has no instant to wake at. Numbers are stored.</summary>
internal enum ScheduleRest
{
    None = 0,
    Paused = 1,

    /// <summary>The code that declared it does so no longer.</summary>
    Orphaned = 2,

    /// <summary>Its rule has no next occurrence.</summary>
    Ended = 3,
}

/// <summary>A schedule as it is kept. The store reads nothing in <see cref="Terms"/> and <see cref="State"/>.</summary>
internal sealed record ScheduleRow
{
    public required string Name { get; init; }

    /// <summary>The application that declares it.</summary>
    public required string Owner { get; init; }

    /// <summary>What was declared: rule, job, policies (<see cref="ScheduleTerms"/>), as JSON.</summary>
    public required string Terms { get; init; }

    /// <summary>UTF-8 JSON, kept byte-identical.</summary>
    public required byte[] Arguments { get; init; }

    /// <summary>What has happened since: <see cref="ScheduleState"/>, as JSON.</summary>
    public required string State { get; init; }

    /// <summary>When somebody must look at it again; null: at rest.</summary>
    public required DateTimeOffset? WakeAt { get; init; }
    public required ScheduleRest Rest { get; init; }

    /// <summary>Why its next instant cannot be computed, or its job not enqueued; null: all is well.</summary>
    public required string? Fault { get; init; }

    /// <summary>Nothing up to this instant is looked at again; null: a former release has written it. After now only where a clock was ahead.</summary>
    public DateTimeOffset? DecidedUntil { get; init; }
}

/// <summary>One change of one schedule.</summary>
internal sealed record ScheduleChange
{
    /// <summary>The version that was read; 0: there must be no row of this name. The new row has one more.</summary>
    public required long Expected { get; init; }
    public required ScheduleRow Row { get; init; }

    /// <summary>Oldest first.</summary>
    public ScheduledJob[] Jobs { get; init; } = [];

    /// <summary>What somebody did, if somebody did it.</summary>
    public ScheduleAudit? Audit { get; init; }

    /// <summary>The store need not remember this schedule's occurrences before this instant any more; null: nothing is forgotten.</summary>
    public DateTimeOffset? ForgetBefore { get; init; }
}

/// <summary>The job of one occurrence. No dedup key: the occurrence is one.</summary>
internal sealed record ScheduledJob(DateTimeOffset At, OccurrenceKind Kind, NewJob Job);

internal sealed record ScheduleAudit(string By, string Action, string? Detail);

internal enum ScheduleVerdict
{
    Done,

    /// <summary>The row has another version, or there is one (or none) against what was expected: read again.</summary>
    Moved,
}

/// <summary>What a change did; the ids in the order of its jobs, null where the occurrence had had its job before.</summary>
internal sealed record ScheduleReply(ScheduleVerdict Verdict, JobId?[] Jobs);

internal sealed record ScheduleFilter
{
    /// <summary>Only names after this one: the cursor of the page before.</summary>
    public string? After { get; init; }

    /// <summary>Only those that this application declares.</summary>
    public string? Owner { get; init; }

    /// <summary>Only these; at most 1,000.</summary>
    public string[]? Names { get; init; }

    /// <summary>
    /// Only those that need somebody's attention: a fault, a rest that is not an end, a wake before this instant, or a last job that was due before it and
    /// has never been started.
    /// </summary>
    public DateTimeOffset? TroubledBefore { get; init; }

    /// <summary>With <see cref="TroubledBefore"/>: those also that are decided beyond this instant; null: that is no trouble.</summary>
    public DateTimeOffset? DecidedBeyond { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}

internal sealed record SchedulePage
{
    public required ScheduleReading[] Schedules { get; init; }

    /// <summary>Give it as <see cref="ScheduleFilter.After"/> for the next page; null at the end.</summary>
    public required string? Next { get; init; }

    /// <summary>The store's clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

internal sealed record DueSchedules
{
    public required ScheduleReading[] Schedules { get; init; }

    /// <summary>The earliest instant at which any is to be looked at, or null. Not after <see cref="Now"/> if more are due than were asked for.</summary>
    public required DateTimeOffset? NextWakeAt { get; init; }

    /// <summary>The store's clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>A row as it was read.</summary>
internal sealed record ScheduleReading
{
    public required ScheduleRow Row { get; init; }

    /// <summary>From 1; each change makes it one more.</summary>
    public required long Version { get; init; }

    /// <summary>The job that it enqueued last; null: it has enqueued none.</summary>
    public required LastJob? LastJob { get; init; }
}

/// <summary>How the last job of a schedule is.</summary>
internal sealed record LastJob
{
    public required JobId Id { get; init; }

    /// <summary>Null: the job is not known any more.</summary>
    public required JobState? State { get; init; }

    /// <summary>Starts so far.</summary>
    public required int Attempt { get; init; }
    public required DateTimeOffset? DueAt { get; init; }
    public required DateTimeOffset? StartedAt { get; init; }
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Why it waits, if it says so; null once it has ended.</summary>
    public string? Reason { get; init; }

    /// <summary>Neither ended nor resting as failed.</summary>
    public bool IsOpen => State is JobState.Pending or JobState.Running or JobState.Parked;
}

internal sealed record ScheduleDetails(ScheduleReading Schedule, AuditReading[] Audit, DateTimeOffset Now);

internal sealed record OccurrenceFilter
{
    public required string Schedule { get; init; }
    public DateTimeOffset? From { get; init; }

    /// <summary>This instant is still among them.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>An occurrence that was given its job at <paramref name="EnqueuedAt"/>, by the store's clock.</summary>
internal sealed record OccurrenceReading(DateTimeOffset At, OccurrenceKind Kind, JobId Job, DateTimeOffset EnqueuedAt);
