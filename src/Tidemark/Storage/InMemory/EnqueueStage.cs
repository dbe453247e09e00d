using Tidemark.Enqueueing;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 1: all of a batch or none.</summary>
internal sealed class EnqueueStage(Tables tables)
{
    public EnqueueReply[] Enqueue(IReadOnlyList<NewJob> jobs, MemoryTransaction? transaction)
    {
        var now = tables.Now;
        var replies = Judge(jobs, now);
        if (Array.Exists(replies, reply => reply.Verdict == EnqueueVerdict.Conflict)) return replies;
        var undo = new List<Action>();
        for (var at = 0; at < jobs.Count; at++)
            if (replies[at].Verdict == EnqueueVerdict.Created) replies[at] = new(Insert(jobs[at], now, undo), EnqueueVerdict.Created);
            else if (replies[at].Id == default) replies[at] = new(Holder(jobs[at]), EnqueueVerdict.Existing);
        transaction?.Enlist(commit: null, undo: () =>
        {
            undo.Reverse();
            undo.ForEach(step => step());
        });
        return replies;
    }

    /// <summary>Makes one row, due now unless it says otherwise. What it did is added to <paramref name="undo"/>.</summary>
    public JobId Insert(NewJob job, DateTimeOffset now, List<Action>? undo = null)
    {
        var due = job.DueAt is { } at ? StoreLaw.ToMilliseconds(at) : now;
        var row = new JobRow
        {
            Id = tables.Jobs.NextId(),
            Accepted = job with { Arguments = Bytes.Copy(job.Arguments) },
            CreatedAt = now,
            FreedKey = job.Dedup is { Scope: DedupScope.UntilSettled } claim ? claim.Key : null,
            DueAt = due,
            Rank = StoreLaw.Rank(due, job.Priority),
        };
        tables.Jobs.Add(row, now);
        tables.WorkCame |= row.Gate == Gate.Open;
        undo?.Add(() => tables.Jobs.Remove(row));
        if (job.Dedup is { } dedup)
        {
            var before = tables.Dedup.Find(job.Name, dedup.Key);
            tables.Dedup.Put(job.Name, dedup.Key, DedupTable.Claim(dedup, row.Id, now));
            undo?.Add(() => tables.Dedup.Put(job.Name, dedup.Key, before));
        }
        if (job.Parent is { } id && tables.Jobs.Find(id) is { } parent)
        {
            parent.Visits.Add(row.Id);
            undo?.Add(() => parent.Visits.Remove(row.Id));
        }
        return row.Id;
    }

    // Verdicts without writing anything. The id of an existing sibling of the same batch is not known yet: it stays at its default.
    EnqueueReply[] Judge(IReadOnlyList<NewJob> jobs, DateTimeOffset now)
    {
        var siblings = new Dictionary<(string, string), string>();
        return [.. jobs.Select(job =>
        {
            if (job.Dedup is not { } claim) return new EnqueueReply(default, EnqueueVerdict.Created);
            var (holder, hash) = tables.Dedup.Find(job.Name, claim.Key) is { } row && row.IsHeld(now)
                ? (row.Holder, row.ArgumentsHash)
                : (default, siblings.GetValueOrDefault((job.Name, claim.Key)));
            if (hash is not null) return new EnqueueReply(holder, hash == claim.ArgumentsHash ? EnqueueVerdict.Existing : EnqueueVerdict.Conflict);
            siblings.Add((job.Name, claim.Key), claim.ArgumentsHash);
            return new EnqueueReply(default, EnqueueVerdict.Created);
        })];
    }

    JobId Holder(NewJob job) => tables.Dedup.Find(job.Name, job.Dedup!.Key)!.Holder;
}
