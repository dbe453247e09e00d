using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Upkeep;

namespace Tidemark.Storage.InMemory;

/// <summary>Chores: rescue and prune.</summary>
internal sealed class UpkeepStage(Tables tables, Mover mover)
{
    public RescueReply Rescue(RescueRequest request)
    {
        var now = tables.Now;
        var rescued = new List<RescuedJob>();
        var buried = 0;
        foreach (var worker in tables.Workers.Values.Where(worker => worker.Id != request.By).ToList())
        {
            if (!worker.Dead && (worker.PresenceGone || worker.IsSilent(now))) Declare(worker);
            if (!worker.Dead) continue;
            foreach (var id in worker.Held.Take(request.Limit - rescued.Count).ToList())
                rescued.Add(One(worker, tables.Jobs[new(id)], request, now));
            if (worker.Held.Count > 0) break;
            tables.Bury(worker.Id);
            buried++;
        }
        var more = tables.Workers.Values.Any(worker => worker.Id != request.By && (worker.Dead || worker.PresenceGone || worker.IsSilent(now)));
        return new() { Jobs = [.. rescued], WorkersBuried = buried, More = more };
    }

    public bool Prune(PruneRequest request)
    {
        var now = tables.Now;
        var before = now - request.FinishedOlderThan;
        // One more than allowed is looked at, to know whether there is more.
        var jobs = tables.Jobs.OldestFirst()
            .Where(job => job.FinishedAt < before && (request.NamePrefix is null || job.Accepted.Name.StartsWith(request.NamePrefix, StringComparison.Ordinal)) && (!job.KeepsMemory || job.Memory.IsEmpty) && mover.IsDone(job))
            .Take(request.Limit + 1)
            .ToList();
        foreach (var job in jobs.Take(request.Limit))
        {
            tables.Jobs.Remove(job);
            if (job.Accepted.Parent is { } id && tables.Jobs.Find(id) is { } parent) parent.Visits.Remove(job.Id);
        }
        if (jobs.Count > request.Limit) return true;
        var room = request.Limit - jobs.Count;
        var keys = tables.Dedup.Expired(now, room + 1);
        foreach (var (name, key) in keys.Take(room)) tables.Dedup.Put(name, key, null);
        return keys.Length > room;
    }

    void Declare(WorkerRow worker)
    {
        worker.Dead = true;
        var suspects = worker.Held.Select(id => tables.Jobs[new(id)]).Where(job => job.IsSuspect && MayHaveRun(worker, job)).ToList();
        worker.SoleSuspect = suspects.Count == 1 ? suspects[0].Id : null;
    }

    static bool MayHaveRun(WorkerRow worker, JobRow job) => worker.Presence.Overflowed || worker.Presence.Read(job.Id, job.Fence, worker.LastBeat) is not null;

    RescuedJob One(WorkerRow worker, JobRow job, RescueRequest request, DateTimeOffset now)
    {
        var left = worker.Presence.FindReturned(job.Id, job.Fence);
        var ran = left is not null || MayHaveRun(worker, job);
        // Had its handler returned, its start stands and no crash is laid to it.
        var interruption = left is { } cost ? Account(worker).Returned(cost) : ran ? Crashed(worker, job, request, now) : null;
        if (interruption is not null) job.Ledger.Add(new(job.Attempt, now, interruption));
        if (!ran) job.Attempt--;
        var failed = ran && job.Crashes >= request.CrashBudget && job.Ask?.Kind != AskKind.Cancel;
        if (failed) job.Error = CrashAccount.Error(job.Crashes, interruption!);
        mover.EndAttempt(job, failed ? JobEvent.Fail : ran ? JobEvent.Rescue : JobEvent.Release, now,
            failed ? CrashAccount.Reason(job.Crashes) : null, now);
        job.Fence++;
        return new() { Id = job.Id, Name = job.Accepted.Name, Next = job.State, Interruption = interruption };
    }

    // Charges the crash, and marks the job and its items as suspects.
    static Interruption Crashed(WorkerRow worker, JobRow job, RescueRequest request, DateTimeOffset now)
    {
        var trace = worker.Presence.Read(job.Id, job.Fence, worker.LastBeat);
        var soleSuspect = worker.SoleSuspect == job.Id;
        var blamed = trace is { Stream: { } stream, InFlight: > 0 } && Blame(job.Memory.FindOrAdd(stream, now), trace, soleSuspect) is { } crashes && request.IsItemsFault(job.Accepted.Name, stream, crashes);
        // A crash that one item answers for is that item's: it is quarantined next, and the job is not charged beside it.
        if (soleSuspect && !blamed) job.Crashes++;
        job.IsSuspect = true;
        return trace is null
            ? Account(worker).Crashed(null, null, 0, [])
            : Account(worker).Crashed(new(trace.Unsaved + trace.InFlight, trace.CostMs), trace.Stream, trace.InFlight, trace.Keys);
    }

    static CrashAccount Account(WorkerRow worker) => new(worker.Profile.Name, worker.Profile.LeaseDuration, worker.PresenceGone);

    // Answers the crashes of the one item in flight, if there was but one.
    static int? Blame(StreamRow stream, PresenceTrace trace, bool soleSuspect)
    {
        var alone = soleSuspect && trace.InFlight == 1;
        foreach (var key in trace.Keys)
        {
            var before = stream.Suspects.GetValueOrDefault(key)?.SoleCrashes ?? 0;
            stream.Suspects[key] = new SuspectItem { Key = key, SoleCrashes = before + (alone ? 1 : 0) };
        }
        return alone && trace.Keys is [var only] ? stream.Suspects[only].SoleCrashes : null;
    }
}
