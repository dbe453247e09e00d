using Tidemark.Scheduling.Rules;

namespace Tidemark.Scheduling;

/// <summary>What operators do to a schedule, as changes of its row; null: it is so already. Pure.</summary>
internal static class ScheduleActs
{
    public static ScheduleChange? Pause(ScheduleEntry entry, string by, string? reason, DateTimeOffset now) => entry.State.PausedAt is not null ? null
        : Changed(entry, entry.State with { PausedAt = now, PausedBy = by, PauseReason = reason }, new(by, "Pause", reason), now);

    // The pause was asked for: what fell into it is not made up for, unless somebody asks for that too. And where a clock was ahead, what is decided beyond
    // now is taken back: those of them that had their job do not get another.
    public static ScheduleChange? Resume(ScheduleEntry entry, string by, DateTimeOffset now) => entry.State.PausedAt is null && entry.State.Cursor <= now ? null
        : Changed(entry, entry.State with { PausedAt = null, PausedBy = null, PauseReason = null, Cursor = now, CompletedAt = entry.State.CompletedAt > now ? now : entry.State.CompletedAt }, new(by, "Resume", entry.State.Cursor > now ? $"taken back from {InstantText.Of(entry.State.Cursor)}" : null), now);

    public static ScheduleChange Trigger(ScheduleEntry entry, string by, string? reason, DateTimeOffset now, DateTimeOffset at)
    {
        var job = Planner.JobOf(entry, new(entry.Name, at, entry.State.LastAt, OccurrenceKind.Trigger));
        return Changed(entry, entry.State with { Fired = entry.State.Fired + 1, LastFiredAt = now, CompletedAt = null, HeldUpSince = null }, new(by, "Trigger", reason), now, startedNow: true) with { Jobs = [new(at, OccurrenceKind.Trigger, job)] };
    }

    /// <summary>Makes up for the occurrences of a window that have had no job.</summary>
    /// <exception cref="ArgumentException">The window cannot be judged.</exception>
    public static (ScheduleChange? Change, int Count) CatchUp(ScheduleEntry entry, IReadOnlyCollection<DateTimeOffset> hadTheirs, DateTimeOffset from, DateTimeOffset to, string by, DateTimeOffset now)
    {
        var owed = Owed(entry, from, to < now ? to : now).Except(hadTheirs).Except(entry.State.Waiting.Select(one => one.At)).Order().ToList();
        if (owed.Count == 0) return (null, 0);
        // What lies between would count as decided, and never run nor be told as missed. A pause decides for itself what fell into it.
        if (entry.State.PausedAt is null && owed[^1] > entry.State.Cursor && entry.Rule().Next(entry.State.Cursor, entry.Facts) is { } undecided && undecided < from)
            throw new ArgumentException($"What becomes of the occurrences of '{entry.Name}' from {InstantText.Of(undecided)} on is not decided yet: no worker has looked since. Begin the window there, or start a worker first.", nameof(from));
        var state = entry.State with { Cursor = entry.State.Cursor > owed[^1] ? entry.State.Cursor : owed[^1] };
        var audit = new ScheduleAudit(by, "CatchUp", $"{owed.Count} from {InstantText.Of(from)} to {InstantText.Of(to)}");
        if (entry.Terms.Overlap != Overlap.Allow)
        {
            var line = state.Waiting.Concat(owed.Select(at => new WaitingOccurrence(at, OccurrenceKind.CatchUp))).OrderBy(one => one.At).ToArray();
            if (line.Length > DueOccurrences.Most) throw new ArgumentException($"{line.Length:N0} occurrences of '{entry.Name}' would wait, one after another. At most {DueOccurrences.Most:N0} may: take a smaller window.", nameof(to));
            return (Changed(entry, state with { Waiting = line }, audit, now), owed.Count);
        }
        var previous = state.LastAt;
        ScheduledJob[] jobs = [.. owed.Select(at => new ScheduledJob(at, OccurrenceKind.CatchUp, Planner.JobOf(entry, new(entry.Name, at, previous, OccurrenceKind.CatchUp))))];
        return (Changed(entry, state with { Fired = state.Fired + jobs.Length, LastFiredAt = now }, audit, now, startedNow: true) with { Jobs = jobs }, owed.Count);
    }

    static List<DateTimeOffset> Owed(ScheduleEntry entry, DateTimeOffset from, DateTimeOffset to)
    {
        var rule = entry.Rule();
        if (rule.Rhythm is CompletionRhythm) throw new ArgumentException($"'{entry.Name}' counts from the end of its last job: it has no occurrences in the past. Trigger it instead.", nameof(from));
        if (entry.State.ForgottenBefore is { } floor && from < floor) throw new ArgumentException($"Which occurrences of '{entry.Name}' were run before {InstantText.Of(floor)} is not remembered. Begin the window there, or trigger it.", nameof(from));
        var all = new List<DateTimeOffset>();
        for (var next = rule.Next(from.AddTicks(-1), entry.Facts); next is { } at && at <= to; next = rule.Next(at, entry.Facts))
        {
            if (all.Count == DueOccurrences.Most) throw new ArgumentException($"The window has more than {DueOccurrences.Most:N0} occurrences of '{entry.Name}'. Take a smaller one.", nameof(to));
            all.Add(at);
        }
        return all;
    }

    static ScheduleChange Changed(ScheduleEntry entry, ScheduleState state, ScheduleAudit audit, DateTimeOffset now, bool startedNow = false) =>
        Planner.Change(entry, Planner.Settled(entry with { State = state }, now, startedNow)) with { Audit = audit };
}
