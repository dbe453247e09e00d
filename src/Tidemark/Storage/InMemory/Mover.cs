using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;

namespace Tidemark.Storage.InMemory;

/// <summary>The only place where a job changes its state: by the law, with everything that follows from it.</summary>
internal sealed class Mover(Tables tables)
{
    /// <summary>Applies one event that the caller knows to be legal.</summary>
    /// <exception cref="InvalidOperationException">The law refuses it.</exception>
    public void Apply(JobRow job, JobEvent happened, DateTimeOffset? due, DateTimeOffset now)
    {
        var next = Transitions.Next(job.State, happened)
            ?? throw new InvalidOperationException($"Job {job.Id} is {job.State}: the law refuses {happened}. Ask Transitions.Next first.");
        tables.Jobs.Displace(job);
        if (job.State == JobState.Running) LetGo(job);
        job.State = next;
        if (next is JobState.Pending or JobState.Parked) job.DueAt = due;
        if (Transitions.IsTerminal(next)) Finish(job, now);
        else tables.Jobs.Place(job, now);
        if (next == JobState.Failed && ParentOfPartition(job) is { } parent) WakeIfThrough(parent, now);
        tables.WorkCame |= next == JobState.Pending;
        tables.WorkCame |= job.Accepted.Limit is not null && next != JobState.Running; // for those that wait for a place
    }

    /// <summary>Ends an attempt; an ask that it had not obeyed is obeyed in the same breath, because asks are durable.</summary>
    public void EndAttempt(JobRow job, JobEvent happened, DateTimeOffset? due, string? reason, DateTimeOffset now)
    {
        var ask = job.Ask;
        Apply(job, happened, due, now);
        job.Reason = reason;
        if (ask is not null && StoreLaw.FollowUp(job.State, ask.Kind) is { } obeyed)
        {
            Apply(job, obeyed, ask.Until, now);
            job.Reason = ask.Reason;
        }
        WakeIfThrough(job, now);
    }

    /// <summary>A job that waits for its partitions is woken once none is left that may succeed by itself.</summary>
    void WakeIfThrough(JobRow job, DateTimeOffset now)
    {
        if (job.State != JobState.Parked || !PartitionLaw.IsWait(job.Reason)) return;
        if (job.Memory.Streams.SelectMany(stream => stream.Partitions).Any(partition => !partition.Done && PartitionLaw.MaySucceed(tables.Jobs.Find(partition.Visit)?.State))) return;
        Apply(job, JobEvent.Wake, now, now);
        job.Reason = null;
    }

    /// <summary>A finished job's memory goes once nobody can need it: no open quarantine, no living visit.</summary>
    public void ForgetIfDone(JobRow job)
    {
        if (IsDone(job) && !job.KeepsMemory) job.Memory.Forget();
    }

    public bool IsDone(JobRow job) =>
        Transitions.IsTerminal(job.State) && !tables.Quarantine.HasOpen(job.Id) &&
        !job.Visits.Exists(visit => tables.Jobs.Find(visit) is { } child && !Transitions.IsTerminal(child.State));

    void LetGo(JobRow job)
    {
        var worker = tables.Workers[job.Worker!.Value.Value];
        worker.Held.Remove(job.Id.Value);
        if (worker is { Retired: true, Dead: false, Held.Count: 0 }) tables.Bury(worker.Id);
        job.Worker = null;
        job.Ask = null;
    }

    void Finish(JobRow job, DateTimeOffset now)
    {
        job.FinishedAt = now;
        job.IsSuspect = false;
        tables.Dedup.Free(job);
        if (job.State == JobState.Cancelled) CancelVisits(job, now);
        EndPartition(job, now);
        ForgetIfDone(job);
        if (job.Accepted.Parent is not { } id) return;
        tables.Quarantine.GiveUp(id, job.Id);
        if (tables.Jobs.Find(id) is { } parent) ForgetIfDone(parent);
    }

    void EndPartition(JobRow visit, DateTimeOffset now)
    {
        if (ParentOfPartition(visit) is not { } parent) return;
        if (visit.State == JobState.Succeeded && parent.Memory.Find(visit.Accepted.Visit!.Stream) is { } stream && stream.Partitions.Find(one => one.Visit == visit.Id) is { } partition)
        {
            partition.Done = true;
            stream.Add(visit.Memory.Find(stream.Name), now);
        }
        WakeIfThrough(parent, now);
    }

    void CancelVisits(JobRow job, DateTimeOffset now)
    {
        foreach (var visit in job.Memory.Streams.SelectMany(stream => stream.Partitions).Where(partition => !partition.Done).Select(partition => tables.Jobs.Find(partition.Visit)).OfType<JobRow>())
        {
            if (visit.State == JobState.Running) visit.Ask = new() { Job = visit.Id, Kind = AskKind.Cancel, Until = null, Reason = PartitionLaw.CancelledWith(job.Id) };
            if (PartitionLaw.OnCancel(visit.State) is not { } happened) continue; // among others one that was cancelled before: it has its own reason
            Apply(visit, happened, due: null, now);
            visit.Reason = PartitionLaw.CancelledWith(job.Id);
        }
    }

    JobRow? ParentOfPartition(JobRow job) => job.Accepted is { Visit.Kind: VisitKind.Partition, Parent: { } parent } ? tables.Jobs.Find(parent) : null;
}
