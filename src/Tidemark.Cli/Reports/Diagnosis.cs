using Tidemark.Cli.Output;
using Tidemark.Cli.Runs;
using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Cli.Reports;

/// <summary>One reason why something does not run, and what mends it. Pure: the readings are given.</summary>
internal sealed record Diagnosis(string Finding, string Why, string? Remedy)
{
    /// <summary>Why a job is not running; each thing that stands in its way, the nearest first. Never empty.</summary>
    internal static IEnumerable<Diagnosis> Of(JobDetails details, StoreReading store, WorkerReading[] workers, QueueReading[] queues)
    {
        var job = details.Job;
        if (store.Fault is { } fault) yield return new("store fault", fault, "mend it; nothing can be saved meanwhile, and whoever runs goes on by himself afterwards");
        var found = job.State switch
        {
            JobState.Running => Running(job, workers),
            JobState.Succeeded => new("succeeded", $"it ended well at {At(job.FinishedAt)}", RunNames.IsRun(job.Name) ? "new lines run with the same command line" : null),
            JobState.Cancelled => new("cancelled", $"{job.Reason ?? "it was cancelled"}, at {At(job.FinishedAt)}", "enqueue it again if it is still wanted"),
            JobState.Failed => new("failed", Cause(job, details) ?? "no reason was kept",
                $"mend the cause, then {(RunNames.IsRun(job.Name) ? "run the same command line again" : $"tidemark job retry {job.Id}")}; or give it up: tidemark job cancel {job.Id}"),
            JobState.Parked => Parked(job, details, store.Now),
            _ => Pending(job, store.Now),
        };
        if (found is not null) yield return found;
        if (job.State is not (JobState.Pending or JobState.Parked)) yield break;

        if (Array.Find(queues, queue => queue.Name == job.Queue) is { Paused: true } paused)
            yield return new("queue paused", $"queue '{job.Queue}' is paused{(paused.Reason is { } why ? $": {why}" : "")}", $"tidemark queue resume {job.Queue}");
        var living = Array.FindAll(workers, worker => worker is { Alive: true, Draining: false });
        var able = Array.FindAll(living, worker => worker.JobNames.Contains(job.Name) && worker.Queues.Contains(job.Queue));
        if (able.Length == 0) yield return NobodyKnows(job, living);
        else if (StoreLaw.IsWaitForPlace(job.Reason))
            yield return new("limit reached", job.Reason!, "none is needed; it goes on once one of those that run has ended");
        else if (job.State == JobState.Pending && job.DueAt <= store.Now && !job.IsSuspect)
            yield return new("waiting for a slot", $"{Counts.Items(able.Length, "worker")} that may run it {(able.Length == 1 ? "is" : "are")} busy with {Counts.Items(able.Sum(worker => worker.Running), "job")}; {Ahead(queues, job)}", "add slots or workers, or raise its priority when enqueueing");
        if (job.IsSuspect && !RunNames.IsRun(job.Name))
            yield return new("suspect", "it was running when a process died, so it goes alone: one suspect a process at a time", "none is needed; it goes on once the other suspects are through");
    }

    /// <summary>What is wrong with the whole.</summary>
    internal static IEnumerable<Diagnosis> OfStore(StoreReading store, WorkerReading[] workers, QueueReading[] queues)
    {
        if (store.Fault is { } fault) yield return new("store fault", fault, "mend the store; nothing can be saved meanwhile");
        foreach (var dead in workers.Where(worker => !worker.Alive))
            yield return Array.TrueForAll(dead.JobNames, RunNames.IsRun)
                ? new("dead run", $"{string.Join(", ", dead.JobNames)} (process {dead.ProcessId}, since {At(dead.StartedAt)}) was killed", "run the same command line again")
                : new("dead worker", $"{dead.Name} (since {At(dead.StartedAt)}) is gone; its jobs go to the next worker that looks", "start a worker");
        foreach (var queue in queues.Where(queue => queue.Paused))
            yield return new("queue paused", $"queue '{queue.Name}', {queue.Pending} pending{(queue.Reason is { } why ? $": {why}" : "")}", $"tidemark queue resume {queue.Name}");
        foreach (var queue in queues.Where(queue => queue.Failed > 0))
            yield return new("failed jobs", $"{Counts.Items(queue.Failed, "failed job")} in queue '{queue.Name}'", "tidemark dead list");
        if (queues.Any(queue => queue.Pending > 0) && !workers.Any(worker => worker is { Alive: true, Draining: false }))
            yield return new("no worker", $"{Counts.Items(queues.Sum(queue => queue.Pending), "pending job")}, and nobody works", "start a worker; runs go on by their own command line");
    }

    static Diagnosis Running(JobReading job, WorkerReading[] workers) => Array.Find(workers, worker => worker.Name == job.Worker) is { Alive: true } holder
        ? new("running", $"by {holder.Name} since {At(job.StartedAt)}", null)
        : new("left by a dead worker", $"{job.Worker ?? "its worker"} is gone", RunNames.IsRun(job.Name) ? "run the same command line again" : "the next worker that starts takes it within a second");

    static Diagnosis Parked(JobReading job, JobDetails details, DateTimeOffset now)
    {
        var why = Cause(job, details) ?? "no reason was given";
        return job.DueAt is { } due
            ? new("parked", $"until {At(due)}{(due > now ? $" ({Wording.Until(due - now)})" : "")}: {why}", $"wait, or: tidemark job wake {job.Id}")
            : new("parked", $"until it is woken: {why}", $"tidemark job wake {job.Id}");
    }

    static Diagnosis? Pending(JobReading job, DateTimeOffset now) => job.DueAt is { } due && due > now
        ? new("due later", $"at {At(due)} ({Wording.Until(due - now)}){(job.Reason is { } why ? $": {why}" : "")}", $"wait, or: tidemark job wake {job.Id}")
        : null;

    static Diagnosis NobodyKnows(JobReading job, WorkerReading[] living)
    {
        if (RunNames.IsRun(job.Name)) return new("nobody runs it", "only the command line that made this run knows its command", "run the same command line again");
        var others = living.Length == 0 ? "no worker is alive" : $"{Counts.Items(living.Length, "living worker")}, none of which knows '{job.Name}' in queue '{job.Queue}'";
        return new("no worker knows it", others, $"start a service that registers '{job.Name}' on queue '{job.Queue}'");
    }

    static string Ahead(QueueReading[] queues, JobReading job) =>
        Array.Find(queues, queue => queue.Name == job.Queue) is { } queue ? $"{queue.Pending} are pending in queue '{queue.Name}'" : "its queue is empty otherwise";

    static string? Cause(JobReading job, JobDetails details)
    {
        var why = job.Reason ?? Shown(details.Error);
        return EngineWords.Of(job, why);
    }

    static string? Shown(string? error) => error is null ? null : CommandFailedException.Shown(error);

    static string At(DateTimeOffset? instant) => instant is { } at ? $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "an unknown time";
}
