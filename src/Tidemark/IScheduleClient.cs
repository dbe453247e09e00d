namespace Tidemark;

/// <summary>Reads and steers schedules. Needs no worker in this process; safe for concurrent use. Each change leaves an audit row.</summary>
public interface IScheduleClient
{
    /// <summary>All schedules, in the order of their names, each with what is wrong with it.</summary>
    /// <param name="cancellationToken">Checked before each page.</param>
    IAsyncEnumerable<ScheduleStatus> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>What is known of one, or null.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<ScheduleStatus?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The next instants of its rule, before jitter; fewer if there are no more.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="count">1 to 1,000.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    /// <exception cref="KeyNotFoundException">There is no such schedule.</exception>
    Task<IReadOnlyList<DateTimeOffset>> NextAsync(string name, int count = 10, CancellationToken cancellationToken = default);

    /// <summary>Pauses it: nothing is enqueued until it is resumed, and the occurrences until then are not made up for.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Shown to operators; cut after 1,000 characters.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <returns>False: it was paused already.</returns>
    /// <exception cref="KeyNotFoundException">There is no such schedule.</exception>
    Task<bool> PauseAsync(string name, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Resumes a paused one, with its next occurrence. To make up for those of the pause, catch up. Of one that a clock was ahead of it takes back what is
    /// decided beyond now: an occurrence that had its job gets no other.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <returns>False: it was not paused, and no clock was ahead of it.</returns>
    /// <exception cref="KeyNotFoundException">There is no such schedule.</exception>
    Task<bool> ResumeAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Enqueues its job now, whatever its rule, its policies and its rest say; its rule goes on as if nothing had been.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Kept in the audit; cut after 1,000 characters.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <exception cref="KeyNotFoundException">There is no such schedule.</exception>
    Task<JobId> TriggerAsync(string name, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes up for the occurrences of a window that have had no job: by its present rule, oldest first; one after another unless it allows overlap.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="from">The first instant of the window.</param>
    /// <param name="to">The last; what lies in the future is left to the rule.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <returns>How many will be run.</returns>
    /// <exception cref="KeyNotFoundException">There is no such schedule.</exception>
    /// <exception cref="ArgumentException">The window has more than 1,000 occurrences, begins before what is remembered, or the rule counts from completions.</exception>
    Task<int> CatchUpAsync(string name, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default);
}
