using Tidemark.Reading;
using Tidemark.Scheduling.Rules;
using Tidemark.Storage;

namespace Tidemark.Scheduling;

/// <summary>What the judgement goes by beside the row itself: read by whoever judges, worker or not.</summary>
internal sealed record ScheduleFacts(DateTimeOffset Now, WorkerReading[] Workers, PausedQueue[] Paused)
{
    public static async ValueTask<ScheduleFacts> ReadAsync(Storage.IJobStore store) =>
        new((await store.GetStoreAsync()).Now, await store.ListWorkersAsync(), await store.ListPausedQueuesAsync());
}

/// <summary>
/// Whether a schedule does what it says. Pure, and made by every reader for itself (health check, command line, client, the watch of a worker): it shows
/// just the same when no worker runs.
/// </summary>
internal static class ScheduleTroubles
{
    /// <summary>So late, and not enqueued or not started, is told.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>The mark on the row of a schedule whose last job holds it up, by which it is found; no fault of its own.</summary>
    public const string HeldUp = "held up by its last job";

    public static IEnumerable<ScheduleTrouble> Of(ScheduleReading reading, ScheduleFacts facts)
    {
        var (row, name) = (reading.Row, reading.Row.Name);
        var isFault = row.Fault is not (null or HeldUp);
        if (row.Fault is { } never && isFault && row.Rest == ScheduleRest.Ended) yield return new("ended-unrun", never, "Give it a rule with an instant to come.");
        else if (row.Fault is { } fault && isFault) yield return new("fault", $"its next occurrence cannot be computed or enqueued: {fault}", "Mend what it says; it is tried again every minute.");
        if (Entry(reading) is not { } entry)
        {
            if (!isFault) yield return new("fault", "what is stored of it cannot be read by this release", "Use the release that wrote it, or a newer one.");
            yield break;
        }
        var state = entry.State;
        if (state.OrphanedAt is { } orphaned) yield return new("orphaned", $"'{row.Owner}' declares it no longer, since {InstantText.Of(orphaned)}: it rests", $"Declare it again with AddSchedule(\"{name}\", …), or set Application if another program declares it.") { Since = orphaned };
        else if (state.PausedAt is { } paused)
            yield return new("paused", $"paused since {InstantText.Of(paused)} by {state.PausedBy}{(state.PauseReason is { } reason ? $": {reason}" : "")}", $"tidemark schedule resume {name}") { Since = paused };
        else if (row.WakeAt is { } due && facts.Now - due > Grace) yield return Overdue(entry, due, facts);
        else if (state.Cursor - facts.Now > Grace) yield return Ahead(entry, facts);
        if (NotStarted(entry, facts) is { } waiting) yield return waiting;
        else if (HeldUpBy(entry, facts) is { } job) yield return job;
    }

    static ScheduleTrouble Overdue(ScheduleEntry entry, DateTimeOffset due, ScheduleFacts facts)
    {
        var what = $"due at {InstantText.Of(due)}, not started for {Ago(facts.Now - due)}{(entry.State.Fired == 0 ? "; it has never run" : "")}";
        return Array.Exists(facts.Workers, worker => worker is { Alive: true, Draining: false })
            ? new("overdue", what, "A worker runs and does not start it: look into its log, and at tidemark doctor.") { Since = due }
            : new("no-worker", $"{what}: no worker runs", "Start a process with Tidemark's worker on this store.") { Since = due };
    }

    // Whoever decided it had a clock that was ahead of this one, or this one was set back since: until then nothing is due.
    static ScheduleTrouble Ahead(ScheduleEntry entry, ScheduleFacts facts) => new("ahead",
        $"its occurrences up to {InstantText.Of(entry.State.Cursor)} are decided already, {Ago(entry.State.Cursor - facts.Now)} ahead of the store's clock: none runs before that",
        $"See that the clocks are right, then: tidemark schedule resume {entry.Name} takes back what is decided beyond now; no occurrence gets a second job");

    static ScheduleTrouble? HeldUpBy(ScheduleEntry entry, ScheduleFacts facts)
    {
        if (entry is not { LastJob: { IsOpen: true } job, State.HeldUpSince: { } since } || facts.Now - since <= (entry.Terms.HeldUpAfter ?? Grace)) return null;
        var how = job.State == JobState.Running ? $"runs{(job.StartedAt is { } started ? $" since {InstantText.Of(started)}" : "")}" : job.State == JobState.Parked ? "is parked" : "waits to be tried again";
        return new("held-up", $"occurrences wait, or are let go, since {InstantText.Of(since)} because its last job {job.Id} has not ended: it {how}{(job.Reason is { } reason ? $": {reason}" : "")}",
            $"tidemark doctor {job.Id} says more; tidemark job cancel {job.Id} ends it. If it may take so long: HeldUpAfter, or Overlap.Allow.") { Since = since };
    }

    // Enqueued in time, and then nobody took it: the schedule has done its part, and yet nothing runs.
    static ScheduleTrouble? NotStarted(ScheduleEntry entry, ScheduleFacts facts) => WhyNotStarted(entry, facts) is { } why ? why with { Since = entry.LastJob!.DueAt } : null;

    static ScheduleTrouble? WhyNotStarted(ScheduleEntry entry, ScheduleFacts facts)
    {
        if (entry.LastJob is not { State: JobState.Pending, Attempt: 0, DueAt: { } due } job || facts.Now - due <= Grace) return null;
        var what = $"job {job.Id} for its occurrence of {(entry.State.LastAt is { } at ? InstantText.Of(at) : "now")} is due since {InstantText.Of(due)} and has not been started";
        var (terms, alive) = (entry.Terms, Array.FindAll(facts.Workers, worker => worker is { Alive: true, Draining: false }));
        if (alive.Length == 0) return new("no-worker", $"{what}: no worker runs", "Start a process with Tidemark's worker on this store.");
        if (!Array.Exists(alive, worker => worker.JobNames.Contains(terms.Job))) return new("unknown-job", $"{what}: no worker knows the job '{terms.Job}'", $"Deploy a worker that declares AddJob for '{terms.Job}'.");
        if (!Array.Exists(alive, worker => worker.JobNames.Contains(terms.Job) && worker.Queues.Contains(terms.Queue))) return new("unknown-job", $"{what}: no worker that knows '{terms.Job}' subscribes to the queue '{terms.Queue}'", $"Add .Queue(\"{terms.Queue}\", slots) to such a worker.");
        return Array.Exists(facts.Paused, queue => queue.Name == terms.Queue)
            ? new("not-started", $"{what}: the queue '{terms.Queue}' is paused", $"tidemark queue resume {terms.Queue}")
            : StoreLaw.IsWaitForPlace(job.Reason) ? new("not-started", $"{what}: it {job.Reason}", $"Those that have the places have to end: tidemark jobs --state running, tidemark doctor {job.Id}")
            : new("not-started", $"{what}: the workers are busy, or the job is held back", $"tidemark doctor {job.Id}");
    }

    static ScheduleEntry? Entry(ScheduleReading reading)
    {
        try
        {
            return ScheduleEntry.Of(reading);
        }
        catch (FormatException)
        {
            return null; // told as a trouble of its own
        }
    }

    static string Ago(TimeSpan time) => time.TotalDays >= 2 ? $"{(long)time.TotalDays} days" : time.TotalHours >= 2 ? $"{(long)time.TotalHours} hours" : time.TotalMinutes >= 2 ? $"{(long)time.TotalMinutes} minutes" : $"{(long)time.TotalSeconds} seconds";
}
