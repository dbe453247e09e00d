using Tidemark.Scheduling;

namespace Tidemark.Tests.Scheduling;

/// <summary>One schedule under the pure functions alone: no store, no clock but the one that is handed in.</summary>
internal sealed class Planning
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    readonly Dictionary<DateTimeOffset, ScheduledJob> jobs = [];
    ScheduleReading kept;
    long lastId;

    public Planning(Schedule rule, Func<ScheduleTerms, ScheduleTerms>? policies = null, DateTimeOffset? declaredAt = null)
    {
        var terms = new ScheduleTerms { Rule = rule.Definition, Job = "purge", Queue = "default" };
        Terms = policies?.Invoke(terms) ?? terms;
        kept = new() { Row = Declaring.Of(Declaration, "app", "test", null, declaredAt ?? Noon)!.Row, Version = 1, LastJob = null };
    }

    public ScheduleTerms Terms { get; private set; }

    public ScheduleRow Row => kept.Row;

    public ScheduleState State => ScheduleEntry.Of(kept).State;

    public JobId? Cancelled { get; private set; }

    ScheduleDeclaration Declaration => new("nightly", Terms, []);

    /// <summary>What is decided now, and written; each job as its minutes after noon, with a mark if it is a catch-up.</summary>
    public string[] At(double minutes, JobState? lastJob = null)
    {
        var now = Noon.AddMinutes(minutes);
        if (kept.LastJob is { } last) kept = kept with { LastJob = last with { State = lastJob ?? JobState.Succeeded, FinishedAt = lastJob is null ? last.FinishedAt ?? now : null } };
        if (kept.Row.WakeAt is null || kept.Row.WakeAt > now) return [];
        var plan = Planner.Of(ScheduleEntry.Of(kept), now);
        Cancelled = plan.Cancel;
        return Write(plan.Change);
    }

    /// <summary>The last job ends, and nobody looks.</summary>
    public void Ended(double minutes) => kept = kept with { LastJob = kept.LastJob! with { State = JobState.Succeeded, FinishedAt = Noon.AddMinutes(minutes) } };

    /// <summary>What an operator does.</summary>
    public void Act(double minutes, Func<ScheduleEntry, DateTimeOffset, ScheduleChange?> act) => Write(act(ScheduleEntry.Of(kept), Noon.AddMinutes(minutes))!);

    /// <summary>Declares another rule, or the same with other policies.</summary>
    public string[] Declare(double minutes, Schedule rule, Func<ScheduleTerms, ScheduleTerms>? policies = null)
    {
        Terms = (policies ?? (terms => terms))(Terms with { Rule = rule.Definition });
        return Declaring.Of(Declaration, "app", "test", kept, Noon.AddMinutes(minutes)) is { } change ? Write(change) : [];
    }

    public bool IsDeclaredAlready(double minutes) => Declaring.Of(Declaration, "app", "test", kept, Noon.AddMinutes(minutes)) is null;

    public void Orphan(double minutes) => Write(Declaring.Orphaned(kept, "test", Noon.AddMinutes(minutes))!);

    public string[] Write(ScheduleChange change)
    {
        var last = change.Jobs.Length > 0 ? new LastJob { Id = new(lastId += change.Jobs.Length), State = JobState.Pending, Attempt = 0, DueAt = null, StartedAt = null, FinishedAt = null } : kept.LastJob;
        kept = new() { Row = change.Row, Version = kept.Version + 1, LastJob = last };
        foreach (var job in change.Jobs) jobs.Add(job.At, job); // a second one of the same instant throws
        return [.. change.Jobs.Select(job => $"{(job.At - Noon).TotalMinutes}{(job.Kind == OccurrenceKind.CatchUp ? " late" : "")}")];
    }

    public Occurrence JobOf(double minutes) => Occurrence.Of(jobs[Noon.AddMinutes(minutes)].Job.Tags)!;

    public ScheduleReading Kept => kept;
}
