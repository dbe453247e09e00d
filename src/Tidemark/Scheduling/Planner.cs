using Tidemark.Enqueueing;
using Tidemark.Scheduling.Rules;

namespace Tidemark.Scheduling;

/// <summary>What is to be done about a schedule now: the change to write, the older job to cancel before.</summary>
internal sealed record Plan(ScheduleChange Change, JobId? Cancel, long Missed)
{
    /// <summary>When each of its jobs was due, jitter counted.</summary>
    public DateTimeOffset[] DueAt { get; init; } = [];
}

/// <summary>
/// Rule, persisted state, the store's now, the last job, policies → jobs and new state. Pure: what it decides is written by compare and set, so that of all
/// workers that decide the same, one does it.
/// </summary>
internal static class Planner
{
    static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(1);
    static readonly TimeSpan MostWait = TimeSpan.FromSeconds(30);

    public static Plan Of(ScheduleEntry entry, DateTimeOffset now)
    {
        entry = Observed(entry, now);
        if (Resting(entry.State) is var rest and not ScheduleRest.None) return new(Change(entry, entry.ToRow(null, rest)), null, 0);
        var rule = entry.Rule();
        entry = CountedAnew(entry, rule, now);
        var state = entry.State;
        var due = DueOccurrences.Find(rule, entry.Name, entry.Facts, state.Cursor, now);
        if (entry is { Terms.PauseOnFailure: true, LastJob: { State: JobState.Failed } failed } && state.PausedFor != failed.Id.Value && (due.Count > 0 || state.Waiting.Length > 0))
            return Paused(entry, failed.Id, now);
        var (run, missed) = Misfired(rule, entry, due, now);
        var (start, waiting, skipped, cancel) = Overlapped(entry, run);
        var jobs = Jobs(entry, start);
        var moved = entry with
        {
            State = state with
            {
                Cursor = due.Newest is [.., var newest] ? newest : state.Cursor,
                LastAt = start.Count > 0 ? start[^1].At : state.LastAt,
                LastFiredAt = start.Count > 0 ? now : state.LastFiredAt,
                CompletedAt = start.Count > 0 ? null : state.CompletedAt,
                Waiting = waiting,
                HeldUpSince = start.Count > 0 ? null : HeldUp(rule, entry, run, now),
                Fired = state.Fired + jobs.Length,
                Missed = state.Missed + missed.Count,
                LastMissedAt = missed.Last ?? state.LastMissedAt,
                Skipped = state.Skipped + skipped,
                ForgottenBefore = Forgotten(rule, state, due.Next, now),
            },
        };
        var next = due.Next;
        if (jobs.Length == 0 && rule.Rhythm is CompletionRhythm)
        {
            moved = CountedAnew(moved, rule, now); // what it had counted to has been let go: too late, or too old
            next = rule.Next(moved.State.Cursor, moved.Facts);
        }
        var wakeAt = WakeAt(rule, moved, next, startedNow: jobs.Length > 0, now);
        var change = Change(entry, moved.ToRow(wakeAt, wakeAt is null ? ScheduleRest.Ended : ScheduleRest.None)) with { Jobs = jobs, ForgetBefore = jobs.Length > 0 ? moved.State.ForgottenBefore : null };
        return new(change, cancel, missed.Count) { DueAt = [.. start.Select(one => rule.DueAt(one.At, entry.Name))] };
    }

    /// <summary>When somebody must look at it next, as it stands; and why nobody need.</summary>
    /// <param name="entry">As it is to be.</param>
    /// <param name="now">The store's.</param>
    /// <param name="startedNow">A job of its own goes with this change: the one that is known of is not its last any more.</param>
    public static ScheduleRow Settled(ScheduleEntry entry, DateTimeOffset now, bool startedNow = false)
    {
        if (!startedNow) entry = Observed(entry, now);
        if (Resting(entry.State) is var rest and not ScheduleRest.None) return entry.ToRow(null, rest);
        var rule = entry.Rule();
        if (!startedNow) entry = CountedAnew(entry, rule, now);
        var wakeAt = WakeAt(rule, entry, rule.Next(entry.State.Cursor, entry.Facts), startedNow, now);
        if (wakeAt is not null) return entry.ToRow(wakeAt, ScheduleRest.None);
        return entry.ToRow(null, ScheduleRest.Ended, entry.State.Fired > 0 ? null : "it has never run, and its rule has no occurrence after its first declaration");
    }

    public static ScheduleChange Change(ScheduleEntry from, ScheduleRow row) => new() { Expected = from.Version, Row = row };

    public static NewJob JobOf(ScheduleEntry entry, Occurrence occurrence) => new()
    {
        Name = entry.Terms.Job,
        Queue = entry.Terms.Queue,
        Arguments = entry.Arguments,
        Priority = entry.Terms.Priority,
        DueAt = null,
        Tags = occurrence.Tags(entry.Terms.Tags),
        Dedup = null,
        Limit = entry.Terms.Limit,
        Parent = null,
        Visit = null,
    };

    static ScheduleRest Resting(ScheduleState state) =>
        state.OrphanedAt is not null ? ScheduleRest.Orphaned : state.PausedAt is not null ? ScheduleRest.Paused : ScheduleRest.None;

    // The end of the last job, once it is seen: a rule that counts from it must not forget it with the job.
    static ScheduleEntry Observed(ScheduleEntry entry, DateTimeOffset now)
    {
        if (entry is not { LastJob: { IsOpen: false } last, State.CompletedAt: null }) return entry;
        var end = last.FinishedAt ?? (last.State is null ? entry.State.LastFiredAt : null) ?? now;
        return entry with { State = entry.State with { CompletedAt = end < now ? end : now } }; // a clock that was ahead has said so
    }

    // A rule that counts from the end of its job has come to no end where that lies too far back: in a pause, before a change of the rule, or before what a clock that was ahead has
    // decided. What fell into it is not made up for: it counts from here.
    static ScheduleEntry CountedAnew(ScheduleEntry entry, ScheduleRule rule, DateTimeOffset now) =>
        entry.LastJob is not { IsOpen: true } && rule.HasCountedTo(entry.State.Cursor, entry.Facts)
            ? entry with { State = entry.State with { CompletedAt = now > entry.State.Cursor ? now : entry.State.Cursor } }
            : entry;

    static Plan Paused(ScheduleEntry entry, JobId failed, DateTimeOffset now)
    {
        var paused = entry with { State = entry.State with { PausedAt = now, PausedBy = "tidemark", PauseReason = $"job {failed} failed", PausedFor = failed.Value } };
        var change = Change(entry, paused.ToRow(null, ScheduleRest.Paused)) with { Audit = new("tidemark", "Pause", $"job {failed} failed, and the schedule pauses on failure") };
        return new(change, null, 0);
    }

    // Those in time are run, whatever the policy; of the late ones the policy's choice.
    static (List<WaitingOccurrence> Run, (long Count, DateTimeOffset? Last) Missed) Misfired(ScheduleRule rule, ScheduleEntry entry, DueOccurrences due, DateTimeOffset now)
    {
        var terms = entry.Terms;
        var inTime = due.Newest.FindIndex(at => now - rule.DueAt(at, entry.Name) <= terms.InTime) is var first and >= 0 ? first : due.Newest.Count;
        var oldest = due.Newest.FindIndex(at => now - rule.DueAt(at, entry.Name) <= terms.CatchUpWindow) is var within and >= 0 ? within : due.Newest.Count;
        var wanted = terms.Misfire switch
        {
            Misfire.Skip => 0,
            Misfire.RunAll => terms.CatchUpLimit,
            _ => inTime == due.Newest.Count ? 1 : 0, // one in time stands for those before it
        };
        var from = Math.Max(Math.Min(oldest, inTime), inTime - wanted);
        var run = due.Newest.Skip(from).Select((at, index) => new WaitingOccurrence(at, from + index < inTime ? OccurrenceKind.CatchUp : OccurrenceKind.Regular)).ToList();
        return (run, (due.Count - run.Count, from > 0 ? due.Newest[from - 1] : null));
    }

    static (List<WaitingOccurrence> Start, WaitingOccurrence[] Waiting, long Skipped, JobId? Cancel) Overlapped(ScheduleEntry entry, List<WaitingOccurrence> run)
    {
        var (overlap, waiting) = (entry.Terms.Overlap, entry.State.Waiting);
        if (overlap == Overlap.Allow) return ([.. waiting, .. run], [], 0, null);
        var open = entry.LastJob is { IsOpen: true };
        var line = waiting.Concat(run).ToList();
        var start = open ? [] : line.Take(1).ToList();
        var rest = line.Skip(start.Count).ToList();
        // Late ones wait for their turn: their policy has chosen and counted them. Of those in time the overlap policy chooses.
        var late = rest.FindAll(one => one.Kind == OccurrenceKind.CatchUp);
        var regular = rest.FindAll(one => one.Kind != OccurrenceKind.CatchUp);
        List<WaitingOccurrence> kept = overlap switch
        {
            Overlap.QueueOne => regular.Count > 0 ? [regular[0]] : [],
            Overlap.CancelOlder => regular.Count > 0 ? [regular[^1]] : [],
            _ => [],
        };
        if (overlap == Overlap.CancelOlder && kept.Count > 0) return (start, [.. kept], regular.Count - kept.Count + late.Count, open ? entry.LastJob!.Id : null);
        return (start, [.. late.Concat(kept).TakeLast(DueOccurrences.Most)], regular.Count - kept.Count, null);
    }

    // Late ones wait for their turn by their policy. Of a rule that counts from the end of its job nothing is due meanwhile: a day is long.
    static DateTimeOffset? HeldUp(ScheduleRule rule, ScheduleEntry entry, List<WaitingOccurrence> run, DateTimeOffset now)
    {
        if (entry is not { LastJob.IsOpen: true, Terms.Overlap: not Overlap.Allow }) return null;
        if (entry.State.HeldUpSince is { } since) return since;
        if (rule.Rhythm is CompletionRhythm) return entry.State.LastFiredAt + TimeSpan.FromDays(1) is { } dayAfter && dayAfter <= now ? dayAfter : null;
        return entry.State.Waiting.Concat(run).FirstOrDefault(one => one.Kind == OccurrenceKind.Regular) is { } first ? rule.DueAt(first.At, entry.Name) : null;
    }

    static ScheduledJob[] Jobs(ScheduleEntry entry, List<WaitingOccurrence> start)
    {
        var previous = entry.State.LastAt;
        var jobs = new ScheduledJob[start.Count];
        for (var at = 0; at < jobs.Length; at++)
        {
            jobs[at] = new(start[at].At, start[at].Kind, JobOf(entry, new(entry.Name, start[at].At, previous, start[at].Kind)));
            previous = start[at].At;
        }
        return jobs;
    }

    static DateTimeOffset? WakeAt(ScheduleRule rule, ScheduleEntry entry, DateTimeOffset? next, bool startedNow, DateTimeOffset now)
    {
        var due = next is { } at ? rule.DueAt(at, entry.Name) : (DateTimeOffset?)null;
        var open = startedNow || entry.LastJob is { IsOpen: true };
        if (entry.State.Waiting.Length == 0 && !(open && rule.Rhythm is CompletionRhythm)) return due;
        // Nobody tells a schedule that its job has ended: it looks, the more seldom the longer the job runs.
        var wait = (now - (startedNow ? now : entry.State.LastFiredAt ?? now)) / 10;
        var look = now + (wait < LeastWait ? LeastWait : wait > MostWait ? MostWait : wait);
        return due < look ? due : look;
    }

    // Enough to answer what a catch-up asks, and bounded for rules of seconds: about the last thousand, a day at least, 400 days at most.
    static DateTimeOffset? Forgotten(ScheduleRule rule, ScheduleState state, DateTimeOffset? next, DateTimeOffset now)
    {
        if (rule.Rhythm is InstantRhythm || next is null) return state.ForgottenBefore;
        var gap = next.Value - now;
        var kept = gap > TimeSpan.FromDays(0.4) ? TimeSpan.FromDays(400) : gap * 1_000 < TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : gap * 1_000;
        return now - kept is var before && before > (state.ForgottenBefore ?? state.DeclaredAt) ? before : state.ForgottenBefore;
    }
}
