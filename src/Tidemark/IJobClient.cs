namespace Tidemark;

/// <summary>Enqueues, watches and steers jobs. Needs no worker in this process; safe for concurrent use.</summary>
public interface IJobClient
{
    /// <summary>Accepts one job. When this returns it is durable (or, with a transaction, as durable as that).</summary>
    /// <param name="job">Its name.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="options">Due time, priority, queue, dedup, tags, transaction.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the arguments are too large or no JSON.</exception>
    /// <exception cref="DedupConflictException">The key is held with other arguments.</exception>
    /// <exception cref="StoreException">The store could not accept it.</exception>
    Task<EnqueueResult> EnqueueAsync<TArgs>(JobKey<TArgs> job, TArgs args, EnqueueOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Accepts many jobs, in pieces of 1,000, each piece all or none. Without a transaction an error leaves the pieces before it accepted.</summary>
    /// <param name="job">Their name.</param>
    /// <param name="args">Their arguments; read once, as the pieces are written.</param>
    /// <param name="options">For all of them; a dedup key cannot be given here.</param>
    /// <param name="cancellationToken">Checked between pieces.</param>
    /// <returns>How many were accepted.</returns>
    Task<long> EnqueueManyAsync<TArgs>(JobKey<TArgs> job, IEnumerable<TArgs> args, EnqueueOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until the job has succeeded, failed or been cancelled.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Ends the waiting, not the job.</param>
    /// <exception cref="KeyNotFoundException">There is no such job.</exception>
    Task<JobResult> WaitAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>What is known of a job now, or null if there is none.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<JobStatus?> FindAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Cancels: at once if it does not run, else it is asked and leaves at its next checkpoint.</summary>
    /// <param name="id">The job.</param>
    /// <param name="reason">Shown to operators; cut after 1,000 characters.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<ControlResult> CancelAsync(JobId id, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Retries a failed job: it resumes from its checkpoints, with its budgets anew.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<ControlResult> RetryAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Parks: at once if it does not run, else it is asked and leaves at its next checkpoint.</summary>
    /// <param name="id">The job.</param>
    /// <param name="until">When it is due again; null: until woken.</param>
    /// <param name="reason">Shown to operators; cut after 1,000 characters.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<ControlResult> ParkAsync(JobId id, DateTimeOffset? until = null, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a parked or later-due job due now.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<ControlResult> WakeAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Gives a failed job up: it is cancelled and its checkpoints go.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task<ControlResult> DiscardAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>The open quarantined items of a job, in the order in which they were set aside, read page by page.</summary>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Checked between pages.</param>
    /// <returns>Nothing if there is no such job.</returns>
    IAsyncEnumerable<QuarantinedItem> QuarantinedAsync(JobId id, CancellationToken cancellationToken = default);

    /// <summary>Replays the open quarantined items of a job, by child jobs that run nothing else.</summary>
    /// <param name="id">The job.</param>
    /// <param name="stream">Of one stream only; null: of all.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    /// <returns>The child jobs; empty if nothing was open.</returns>
    Task<IReadOnlyList<JobId>> ReplayQuarantineAsync(JobId id, string? stream = null, CancellationToken cancellationToken = default);

    /// <summary>Replays these of a job's open quarantined items, by child jobs that run nothing else. Those that are not open, or not the job's, are left alone.</summary>
    /// <param name="id">The job.</param>
    /// <param name="items">Up to 1,000 times <see cref="QuarantinedItem.Id"/>.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <returns>The child jobs, one a stream; empty if none of the items was open.</returns>
    /// <exception cref="ArgumentException">More than 1,000 items.</exception>
    Task<IReadOnlyList<JobId>> ReplayQuarantinedAsync(JobId id, IReadOnlyList<long> items, CancellationToken cancellationToken = default);

    /// <summary>Gives quarantined items up, of whatever job: they are gone, and the job's figures still tell that they were set aside.</summary>
    /// <param name="items">Up to 1,000 times <see cref="QuarantinedItem.Id"/>.</param>
    /// <param name="cancellationToken">Checked before anything is written; never reaches the commit.</param>
    /// <returns>How many were dropped; the others had gone already.</returns>
    /// <exception cref="ArgumentException">More than 1,000 items.</exception>
    Task<int> DropQuarantinedAsync(IReadOnlyList<long> items, CancellationToken cancellationToken = default);

    /// <summary>Pauses a queue: nothing is claimed from it any more; what runs goes on.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="reason">Shown to operators; cut after 1,000 characters.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task PauseQueueAsync(string queue, string? reason = null, CancellationToken cancellationToken = default);

    /// <summary>Resumes a paused queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    Task ResumeQueueAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Tells this process's worker that a transaction of the caller's has just committed jobs, so that they start at once instead of at the next poll.</summary>
    void Hint();
}

/// <summary>What a steering call did.</summary>
public enum ControlResult
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>The job runs: its holder was asked and obeys at its next checkpoint or beat.</summary>
    Asked = 1,

    /// <summary>The job's state does not allow it; nothing changed.</summary>
    Refused = 2,

    /// <summary>There is no such job.</summary>
    NotFound = 3,

    /// <summary>The job is a visit for a partition of a stream, which cannot be cancelled or discarded alone while its parent lives. Nothing changed: steer its parent.</summary>
    OfPartition = 4,
}
