using System.Collections.Frozen;

namespace Tidemark.Lifecycle;

/// <summary>
/// The law: which event may move a job from which state to which. Pure. Stores only execute what it allows;
/// <c>docs/lifecycle.md</c> is checked against it.
/// </summary>
internal static class Transitions
{
    static readonly FrozenDictionary<(JobState, JobEvent), JobState> Table = new Dictionary<(JobState, JobEvent), JobState>
    {
        [(JobState.Pending, JobEvent.Claim)] = JobState.Running,
        [(JobState.Pending, JobEvent.Park)] = JobState.Parked,
        [(JobState.Pending, JobEvent.Cancel)] = JobState.Cancelled,

        [(JobState.Running, JobEvent.Succeed)] = JobState.Succeeded,
        [(JobState.Running, JobEvent.Retry)] = JobState.Pending,
        [(JobState.Running, JobEvent.Release)] = JobState.Pending,
        [(JobState.Running, JobEvent.Rescue)] = JobState.Pending,
        [(JobState.Running, JobEvent.Park)] = JobState.Parked,
        [(JobState.Running, JobEvent.Fail)] = JobState.Failed,
        [(JobState.Running, JobEvent.Cancel)] = JobState.Cancelled,

        [(JobState.Parked, JobEvent.Wake)] = JobState.Pending,
        [(JobState.Parked, JobEvent.Cancel)] = JobState.Cancelled,

        [(JobState.Failed, JobEvent.Resume)] = JobState.Pending,
        [(JobState.Failed, JobEvent.Discard)] = JobState.Cancelled,
    }.ToFrozenDictionary();

    /// <summary>The state after the event, or null if the law refuses it.</summary>
    public static JobState? Next(JobState state, JobEvent happened) => Table.TryGetValue((state, happened), out var next) ? next : null;

    /// <summary>True for the two states that a job never leaves.</summary>
    public static bool IsTerminal(JobState state) => state is JobState.Succeeded or JobState.Cancelled;

    /// <summary>Every legal move, for the documentation test and the store contract.</summary>
    public static IEnumerable<(JobState From, JobEvent On, JobState To)> All => Table.Select(row => (row.Key.Item1, row.Key.Item2, row.Value));
}
