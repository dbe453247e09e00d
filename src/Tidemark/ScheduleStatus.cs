namespace Tidemark;

/// <summary>What is known of a schedule.</summary>
public sealed record ScheduleStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The application that declares it.</summary>
    public required string Application { get; init; }

    /// <summary>Its rule as it is stored.</summary>
    public required string Definition { get; init; }

    /// <summary>Its rule in plain words; the fault where it cannot be read.</summary>
    public required string Description { get; init; }

    /// <summary>The job that it enqueues.</summary>
    public required string Job { get; init; }

    /// <summary>The queue of its jobs.</summary>
    public required string Queue { get; init; }

    /// <summary>What becomes of occurrences that were not started in time.</summary>
    public required Misfire Misfire { get; init; }

    /// <summary>What becomes of an occurrence whose predecessor's job has not ended.</summary>
    public required Overlap Overlap { get; init; }

    /// <summary>When it was first declared.</summary>
    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>What an interval without an instant of its own counts from.</summary>
    public required DateTimeOffset Anchor { get; init; }

    /// <summary>The last occurrence that was given a job; null: none yet.</summary>
    public required DateTimeOffset? LastAt { get; init; }

    /// <summary>The job that it enqueued last; null: none yet.</summary>
    public required JobId? LastJob { get; init; }

    /// <summary>How that is; null: none yet, or not known any more.</summary>
    public required JobState? LastJobState { get; init; }

    /// <summary>The next occurrence; null: none, or it rests.</summary>
    public required DateTimeOffset? NextAt { get; init; }

    /// <summary>Occurrences that wait for the last job to end.</summary>
    public required int Waiting { get; init; }

    /// <summary>Jobs enqueued since it was first declared.</summary>
    public required long Fired { get; init; }

    /// <summary>Occurrences that nobody started in time and that were not made up for.</summary>
    public required long Missed { get; init; }

    /// <summary>Occurrences that were let go because the last job had not ended.</summary>
    public required long Skipped { get; init; }

    /// <summary>What is wrong with it, by the store's facts; empty: nothing.</summary>
    public required IReadOnlyList<ScheduleTrouble> Troubles { get; init; }
}

/// <summary>Why a schedule does not do what it says, or soon will not.</summary>
/// <param name="Kind">A word for programs: <c>overdue</c>, <c>not-started</c>, <c>unknown-job</c>, <c>paused</c>, <c>orphaned</c>, <c>fault</c>, <c>ended-unrun</c>, <c>no-worker</c>, <c>held-up</c>, <c>ahead</c>.</param>
/// <param name="Text">What is wrong, since when.</param>
/// <param name="Remedy">What mends it.</param>
public sealed record ScheduleTrouble(string Kind, string Text, string Remedy)
{
    /// <summary>Since when it is so, by the store's clock; null: the store does not know.</summary>
    public DateTimeOffset? Since { get; init; }
}
