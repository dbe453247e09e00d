using Tidemark.Leasing;
using Tidemark.Lifecycle;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 2: workers, beats, claims, asks.</summary>
internal sealed class LeaseStage(Tables tables, Mover mover)
{
    public WorkerId Register(WorkerProfile profile)
    {
        var now = tables.Now;
        var worker = new WorkerRow
        {
            Id = new(++tables.LastWorkerId),
            Profile = profile with { JobNames = [.. profile.JobNames], Queues = [.. profile.Queues] },
            Presence = new(profile.Slots, () => tables.Now),
            StartedAt = now,
            LastBeat = now,
        };
        tables.Workers.Add(worker.Id.Value, worker);
        return worker.Id;
    }

    public BeatReply Beat(Beat beat)
    {
        if (tables.FindWorker(beat.Worker) is not { Dead: false, PresenceGone: false } worker) return new(false);
        (worker.LastBeat, worker.Draining, worker.Running) = (tables.Now, beat.Draining, beat.Running);
        return new(true);
    }

    public ClaimReply Claim(ClaimRequest request)
    {
        var now = tables.Now;
        var jobs = new List<ClaimedJob>();
        var more = false;
        if (tables.FindWorker(request.Worker) is { Dead: false, PresenceGone: false, Retired: false } worker)
        {
            if (request.Known is { } known) return Untold(worker, known, now);
            OpenGates(now);
            tables.Jobs.LetIn();
            var suspectAllowed = request.SuspectAllowed;
            foreach (var demand in request.Demands.Where(demand => !tables.IsPaused(demand.Queue)))
                more |= Take(worker, demand, ref suspectAllowed, jobs, now);
        }
        return new() { Jobs = [.. jobs], More = more, NextDueAt = tables.Jobs.FirstGated?.DueAt, Now = now };
    }

    public Ask[] ReadAsks(WorkerId worker) => tables.FindWorker(worker) is { } row
        ? [.. row.Held.Select(id => tables.Jobs[new(id)].Ask).OfType<Ask>()]
        : [];

    public void Retire(WorkerId id)
    {
        if (tables.FindWorker(id) is not { Dead: false } worker) return;
        if (worker.Held.Count == 0) tables.Bury(id);
        else worker.Retired = worker.Draining = true;
    }

    ClaimReply Untold(WorkerRow worker, Lease[] known, DateTimeOffset now)
    {
        var jobs = worker.Held.Select(id => tables.Jobs[new(id)]).Where(job => !known.Contains(new(job.Id, job.Fence, worker.Id))).Select(Told);
        return new() { Jobs = [.. jobs], More = true, NextDueAt = tables.Jobs.FirstGated?.DueAt, Now = now };
    }

    void OpenGates(DateTimeOffset now)
    {
        for (var opened = 0; opened < StoreLimits.GatesOpenedPerClaim; opened++)
        {
            if (tables.Jobs.FirstGated is not { } job || job.DueAt > now) return;
            if (job.State == JobState.Parked)
            {
                mover.Apply(job, JobEvent.Wake, job.DueAt, now);
                job.Reason = null;
                continue;
            }
            tables.Jobs.PassGate(job);
        }
    }

    // One suspect a call at most, and before the others: it was running already. Answers whether the queue had more.
    bool Take(WorkerRow worker, QueueDemand demand, ref bool suspectAllowed, List<ClaimedJob> jobs, DateTimeOffset now)
    {
        var (queue, names, room) = (demand.Queue, worker.Profile.JobNames, demand.Max);
        if (suspectAllowed && room > 0 && tables.Jobs.Suspects.TryPeek(queue, names, out var suspect))
        {
            jobs.Add(Lease(worker, tables.Jobs[suspect.Value], now));
            suspectAllowed = false;
            room--;
        }
        for (; room > 0 && tables.Jobs.Open.TryPeek(queue, names, out var next); room--)
            jobs.Add(Lease(worker, tables.Jobs[next.Value], now));
        return tables.Jobs.Open.TryPeek(queue, names, out _);
    }

    ClaimedJob Lease(WorkerRow worker, JobRow job, DateTimeOffset now)
    {
        mover.Apply(job, JobEvent.Claim, job.DueAt, now);
        job.Fence++;
        job.Attempt++;
        job.StartedAt = now;
        job.Reason = null;
        job.Worker = worker.Id;
        worker.Held.Add(job.Id.Value);
        return Told(job);
    }

    static ClaimedJob Told(JobRow job) => new()
    {
        Id = job.Id,
        Fence = job.Fence,
        Worker = job.Worker!.Value,
        Name = job.Accepted.Name,
        Queue = job.Accepted.Queue,
        Arguments = Bytes.Copy(job.Accepted.Arguments),
        Attempt = job.Attempt,
        Failures = job.Failures,
        Crashes = job.Crashes,
        IsSuspect = job.IsSuspect,
        Priority = job.Accepted.Priority,
        DueAt = job.DueAt!.Value,
        CreatedAt = job.CreatedAt,
        Tags = job.Accepted.Tags,
        Parent = job.Accepted.Parent,
        Visit = job.Accepted.Visit,
        DedupKey = job.FreedKey,
        Limit = job.Accepted.Limit,
        HasMemory = !job.Memory.IsEmpty || job.Accepted.Visit is not null,
    };
}
