using Tidemark.Enqueueing;

namespace Tidemark.Storage.InMemory;

/// <summary>A key that is held, and by whom.</summary>
internal sealed record DedupRow(JobId Holder, string ArgumentsHash, DedupScope Scope, DateTimeOffset? ExpiresAt)
{
    public bool IsHeld(DateTimeOffset now) => ExpiresAt is null || now < ExpiresAt;
}

/// <summary>Which keys are held, by job name and key.</summary>
internal sealed class DedupTable
{
    readonly SortedDictionary<(string Name, string Key), DedupRow> rows = new(Comparer<(string Name, string Key)>.Create((x, y) =>
        string.CompareOrdinal(x.Name, y.Name) is not 0 and var order ? order : string.CompareOrdinal(x.Key, y.Key)));

    public int Count => rows.Count;

    public DedupRow? Find(string name, string key) => rows.GetValueOrDefault((name, key));

    /// <summary>Null gives the key back.</summary>
    public void Put(string name, string key, DedupRow? row)
    {
        if (row is null) rows.Remove((name, key));
        else rows[(name, key)] = row;
    }

    /// <summary>The end of a job frees its key, unless another job has it by now.</summary>
    public void Free(JobRow job)
    {
        if (job.FreedKey is { } key && Find(job.Accepted.Name, key) is { } row && row.Holder == job.Id) Put(job.Accepted.Name, key, null);
    }

    public (string Name, string Key)[] Expired(DateTimeOffset now, int limit) =>
        [.. rows.Where(row => !row.Value.IsHeld(now)).Take(limit).Select(row => row.Key)];

    public static DedupRow Claim(DedupClaim claim, JobId holder, DateTimeOffset now) =>
        new(holder, claim.ArgumentsHash, claim.Scope, claim.Duration is { } duration ? StoreLaw.ToMilliseconds(now + duration) : null);
}
