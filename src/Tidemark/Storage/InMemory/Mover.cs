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
        tables.WorkCame |= next == JobState.Pending;
        tables.WorkCame |= job.Accepted.Limit is not null && next != JobState.Running; // for those that wait for a place
    }

    /// <summary>Ends an attempt; an ask that it had not obeyed is obeyed in the same breath, because asks are durable.</summary>
    public void EndAttempt(JobRow job, JobEvent happened, DateTimeOffset? due, string? reason, DateTimeOffset now)
    {
        var ask = job.Ask;
        Apply(job, happened, due, now);
        job.Reason = reason;
        if (ask is null || StoreLaw.FollowUp(job.State, ask.Kind) is not { } obeyed) return;
        Apply(job, obeyed, ask.Until, now);
        job.Reason = ask.Reason;
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
        ForgetIfDone(job);
        if (job.Accepted.Parent is not { } id) return;
        tables.Quarantine.GiveUp(id, job.Id);
        if (tables.Jobs.Find(id) is { } parent) ForgetIfDone(parent);
    }
}
