using Tidemark.Enqueueing;
using Tidemark.Lifecycle;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 1: all of a batch or none.</summary>
internal sealed class EnqueueStage(Tables tables, Mover mover)
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
            var held = tables.Dedup.Find(job.Name, dedup.Key);
            tables.Dedup.Put(job.Name, dedup.Key, DedupTable.Claim(dedup, row.Id, now));
            undo?.Add(() => tables.Dedup.Put(job.Name, dedup.Key, held));
        }
        if (job.Parent is { } id && tables.Jobs.Find(id) is { } parent)
        {
            parent.Visits.Add(row.Id);
            undo?.Add(() => parent.Visits.Remove(row.Id));
        }
        if (job.Inherits is { } late && tables.Jobs.Find(late) is { Memory.IsEmpty: false } before && Transitions.IsTerminal(before.State))
            Inherit(before, row, undo);
        return row.Id;
    }

    // Streams go to the heir as they stand, to be read on; memos stay, for a step runs again in a new job.
    void Inherit(JobRow from, JobRow heir, List<Action>? undo)
    {
        var (memory, ended) = (from.Memory, from.Memory.Streams.Where(stream => stream.Ended).ToList());
        // What a visit has claimed stays with the visit's parent until the visit has ended.
        var rows = tables.Quarantine.Of(from.Id).Where(row => row.Visit is null).ToList();
        (from.Memory, heir.Memory) = memory.Apart();
        (var kept, from.KeepsMemory) = (from.KeepsMemory, false);
        ended.ForEach(stream => stream.Ended = false);
        rows.ForEach(row => tables.Quarantine.Move(row, heir.Id));
        mover.ForgetIfDone(from);
        undo?.Add(() =>
        {
            from.Memory = memory;
            from.KeepsMemory = kept;
            ended.ForEach(stream => stream.Ended = true);
            rows.ForEach(row => tables.Quarantine.Move(row, from.Id));
        });
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
