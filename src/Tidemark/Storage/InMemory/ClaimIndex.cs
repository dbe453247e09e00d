using System.Diagnostics.CodeAnalysis;

namespace Tidemark.Storage.InMemory;

/// <summary>Rows by queue and name in the order of rank: a claim never scans past rows that it cannot take.</summary>
internal sealed class ClaimIndex
{
    // Looked up, never enumerated: nothing depends on the order of hashes.
    readonly Dictionary<(string Queue, string Name), SortedSet<(long Rank, long Id)>> lines = [];

    public void Add(JobRow job)
    {
        var key = (job.Accepted.Queue, job.Accepted.Name);
        if (!lines.TryGetValue(key, out var line)) lines.Add(key, line = []);
        line.Add((job.Rank, job.Id.Value));
    }

    public void Remove(JobRow job) => lines[(job.Accepted.Queue, job.Accepted.Name)].Remove((job.Rank, job.Id.Value));

    /// <summary>The first of the queue among the names, or false.</summary>
    public bool TryPeek(string queue, string[] names, [NotNullWhen(true)] out JobId? first)
    {
        (long Rank, long Id)? best = null;
        foreach (var name in names)
            if (lines.TryGetValue((queue, name), out var line) && line.Count > 0 && (best is null || line.Min.CompareTo(best.Value) < 0))
                best = line.Min;
        first = best is { } found ? new JobId(found.Id) : null;
        return first is not null;
    }
}
