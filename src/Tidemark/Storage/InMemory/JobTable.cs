using Tidemark.Leasing;

namespace Tidemark.Storage.InMemory;

/// <summary>All jobs by id, and the indexes over the live ones.</summary>
internal sealed class JobTable
{
    // Found by id, and listed by counting ids down: never enumerated.
    readonly Dictionary<long, JobRow> rows = [];
    readonly SortedSet<(long DueMs, long Id)> due = [];

    public ClaimIndex Open { get; } = new();
    public ClaimIndex Suspects { get; } = new();

    public long LastId { get; private set; }
    public int Count => rows.Count;

    public JobId NextId() => new(++LastId);

    public JobRow? Find(JobId id) => rows.GetValueOrDefault(id.Value);

    public JobRow this[JobId id] => rows[id.Value];

    /// <summary>The running job of this lease, or null: the lease is lost.</summary>
    public JobRow? FindHeld(Lease lease) =>
        Find(lease.Job) is { State: JobState.Running } job && job.Fence == lease.Fence ? job : null;

    public void Add(JobRow job, DateTimeOffset now)
    {
        rows.Add(job.Id.Value, job);
        Place(job, now);
    }

    public void Remove(JobRow job)
    {
        Displace(job);
        rows.Remove(job.Id.Value);
    }

    /// <summary>Puts a live row behind the gate that its state and due time say.</summary>
    public void Place(JobRow job, DateTimeOffset now)
    {
        job.Gate = StoreLaw.GateOf(job.State, job.DueAt, job.IsSuspect, now);
        if (job.Gate == Gate.Open) Open.Add(job);
        else if (job.Gate == Gate.Suspect) Suspects.Add(job);
        else if (job.Gate == Gate.Due) due.Add(DueKey(job));
    }

    /// <summary>Takes a row out of its index, before anything that the index is made of changes.</summary>
    public void Displace(JobRow job)
    {
        if (job.Gate == Gate.Open) Open.Remove(job);
        else if (job.Gate == Gate.Suspect) Suspects.Remove(job);
        else if (job.Gate == Gate.Due) due.Remove(DueKey(job));
        job.Gate = null;
    }

    /// <summary>The gated row that is due first, or null.</summary>
    public JobRow? FirstGated => due.Count == 0 ? null : rows[due.Min.Id];

    /// <summary>All rows with an id below the given one (all if null), newest first.</summary>
    public IEnumerable<JobRow> NewestFirst(JobId? before = null)
    {
        for (var id = Math.Min(LastId, (before?.Value ?? long.MaxValue) - 1); id > 0; id--)
            if (rows.TryGetValue(id, out var row)) yield return row;
    }

    /// <summary>All rows, oldest first.</summary>
    public IEnumerable<JobRow> OldestFirst()
    {
        for (var id = 1L; id <= LastId; id++)
            if (rows.TryGetValue(id, out var row)) yield return row;
    }

    static (long, long) DueKey(JobRow job) => (job.DueAt!.Value.ToUnixTimeMilliseconds(), job.Id.Value);
}
