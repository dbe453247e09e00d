using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>The jobs' rows, looked at after every change: only lawful moves, an end that is an end, budgets that are charged to nobody by mistake.</summary>
internal sealed class Rows(Sim sim, IJobStore store, History history, SideLog log, int? limit)
{
    readonly Dictionary<JobId, JobReading> known = [];

    public JobReading[] Read()
    {
        var page = store.ListJobsAsync(new() { Limit = 1_000 });
        return page.IsCompletedSuccessfully ? page.Result.Jobs : throw new InvalidOperationException("The simulated store must be atomic.");
    }

    public void Audit()
    {
        var found = Read();
        foreach (var job in found)
        {
            if (known.TryGetValue(job.Id, out var before)) Move(before, job);
            Look(job);
            known[job.Id] = job;
        }
        if (limit is { } most && found.Count(job => job.State == JobState.Running && Occurrence.Of(job.Tags) is null) is var running && running > most) sim.Fail($"{running} jobs run where {most} may");
        if (found.Length != known.Count) sim.Fail($"{known.Count - found.Length} jobs have vanished");
    }

    void Move(JobReading before, JobReading now)
    {
        if (Transitions.IsTerminal(before.State) && before != now) sim.Fail($"job {now.Id} had ended as {before.State} and was changed: {now}");
        if (!CanReach(before.State, now.State)) sim.Fail($"job {now.Id} went from {before.State} to {now.State}");
        if (before.State != now.State) sim.Note($"job {now.Id}: {before.State} → {now.State} {now.Reason}");
    }

    void Look(JobReading job)
    {
        if (job.State != JobState.Running && job.Worker is not null) sim.Fail($"job {job.Id} is {job.State} and still held by {job.Worker}");
        if (job.Attempt != history.StartsOf(job.Id)) sim.Fail($"job {job.Id} says {job.Attempt} starts; {history.StartsOf(job.Id)} were made and not given back");
        if (job.Crashes > history.CrashesAsSuspectOf(job.Id)) sim.Fail($"job {job.Id} was charged {job.Crashes} crashes; as a suspect it was taken from the dead {history.CrashesAsSuspectOf(job.Id)} times");
        var threw = log.Runs.Count(run => run.Lease.Job == job.Id && run.Threw);
        if (job.Failures > threw) sim.Fail($"job {job.Id} was charged {job.Failures} failures; its handler threw {threw} times");
    }

    // Two lawful moves may be one write: a gate opened and claimed, an outcome and the ask that it had not obeyed.
    static bool CanReach(JobState from, JobState to) =>
        from == to || Transitions.All.Any(first => first.From == from && (first.To == to || Transitions.All.Any(second => second.From == first.To && second.To == to)));
}
