using Tidemark.Leasing;
using Tidemark.Locking;

namespace Tidemark.Storage.InMemory;

/// <summary>All jobs by id, and the indexes over the live ones.</summary>
internal sealed class JobTable
{
    // Found by id, and listed by counting ids down: never enumerated.
    readonly Dictionary<long, JobRow> rows = [];
    readonly SortedSet<(long DueMs, long Id)> due = [];
    readonly Dictionary<string, LimitRow> limits = new(StringComparer.Ordinal);

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
        Place(job, StoreLaw.GateOf(job.State, job.DueAt, job.IsSuspect, LimitOf(job) is not null, now));
    }

    /// <summary>The limits of which a job has come, gone or moved since somebody was last let in.</summary>
    public SortedSet<string> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>A pending row whose time has come: it may be taken, or gets in line for a place of its limit.</summary>
    public void PassGate(JobRow job)
    {
        Displace(job);
        Place(job, LimitOf(job) is not null ? Gate.Event : OpenGateOf(job));
        if (job.Accepted.Limit is { } limit) job.Reason = StoreLaw.WaitsFor(limit.Key, limit.Places);
    }

    /// <summary>Lets in who may enter of the marked limits, by the law of the line.</summary>
    public void LetIn()
    {
        foreach (var key in Marks.ToList())
        {
            var line = limits[key].Holders.Select(id => (Id: id, Held: true)).Concat(limits[key].Waiting.Select(waiting => (waiting.Id, Held: false)));
            foreach (var id in Admission.Next(line.Select(one => new InLine(one.Id, rows[one.Id].Accepted.Limit!.Places, one.Held))).ToList())
            {
                Displace(rows[id]);
                Place(rows[id], OpenGateOf(rows[id]));
                rows[id].Reason = null;
            }
        }
        Marks.Clear();
    }

    /// <summary>Takes a row out of its index, before anything that the index is made of changes.</summary>
    public void Displace(JobRow job)
    {
        if (job.Gate == Gate.Open) Open.Remove(job);
        else if (job.Gate == Gate.Suspect) Suspects.Remove(job);
        else if (job.Gate == Gate.Due) due.Remove(DueKey(job));
        if (LimitOf(job) is { } limit)
        {
            limit.Waiting.Remove((job.Rank, job.Id.Value));
            limit.Holders.Remove(job.Id.Value);
            Marks.Add(job.Accepted.Limit!.Key);
        }
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

    void Place(JobRow job, Gate gate)
    {
        job.Gate = gate;
        if (gate == Gate.Open) Open.Add(job);
        else if (gate == Gate.Suspect) Suspects.Add(job);
        else if (gate == Gate.Due) due.Add(DueKey(job));
        if (LimitOf(job) is not { } limit) return;
        if (gate is Gate.Open or Gate.Suspect or Gate.Leased) limit.Holders.Add(job.Id.Value);
        else if (gate == Gate.Event && job.State == JobState.Pending) limit.Waiting.Add((job.Rank, job.Id.Value));
    }

    LimitRow? LimitOf(JobRow job)
    {
        if (job.Accepted.Limit?.Key is not { } key) return null;
        if (!limits.TryGetValue(key, out var row)) limits[key] = row = new();
        return row;
    }

    static Gate OpenGateOf(JobRow job) => job.IsSuspect ? Gate.Suspect : Gate.Open;

    static (long, long) DueKey(JobRow job) => (job.DueAt!.Value.ToUnixTimeMilliseconds(), job.Id.Value);
}

/// <summary>The jobs of one limit's key.</summary>
internal sealed class LimitRow
{
    /// <summary>Those that were let in, and have not left.</summary>
    public SortedSet<long> Holders { get; } = [];

    /// <summary>Those that wait for one.</summary>
    public SortedSet<(long Rank, long Id)> Waiting { get; } = [];
}
