using Tidemark.Leasing;

namespace Tidemark.Settling;

/// <summary>
/// What this worker knows to hold, from the claim's answer to the settlement's. Asked only after a claim whose answer was lost: the store then
/// tells what else it has given us. By fence, because a job may come back before its former settlement has been heard of.
/// </summary>
internal sealed class HeldJobs
{
    readonly Lock gate = new();
    readonly HashSet<Lease> held = [];

    public void Add(ClaimedJob[] jobs)
    {
        if (jobs.Length == 0) return;
        lock (gate)
        {
            foreach (var job in jobs) held.Add(job.Lease);
        }
    }

    public void Remove(IEnumerable<Lease> leases)
    {
        lock (gate) held.ExceptWith(leases);
    }

    public bool IsEmpty
    {
        get
        {
            lock (gate) return held.Count == 0;
        }
    }

    public bool Contains(Lease lease)
    {
        lock (gate) return held.Contains(lease);
    }

    public Lease[] Snapshot()
    {
        lock (gate) return [.. held];
    }
}
