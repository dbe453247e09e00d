using Tidemark.Enqueueing;
using Tidemark.Hosting;
using Tidemark.Scheduling;
using Tidemark.Scheduling.Rules;
using Tidemark.Seams;

namespace Tidemark;

/// <summary>The policies of one schedule, each with a name and a default.</summary>
/// <typeparam name="TArgs">The job's arguments.</typeparam>
public sealed class ScheduleBuilder<TArgs> : IScheduleDeclared
{
    static readonly TimeSpan LeastWindow = TimeSpan.FromSeconds(10);

    readonly string name;
    readonly JobKey<TArgs> job;
    readonly TArgs args;
    string? queue, tags;
    ScheduleTerms terms;

    internal ScheduleBuilder(string name, JobKey<TArgs> job, TArgs args, Schedule rule)
    {
        (this.name, this.job, this.args) = (name, job, args);
        terms = new() { Rule = rule.Definition, Job = job.Name, Queue = "" };
    }

    string IScheduleDeclared.Name => name;

    /// <summary>What becomes of occurrences that were not started in time.</summary>
    /// <param name="policy">Default <see cref="Tidemark.Misfire.RunOnce"/>.</param>
    /// <param name="limit">For <see cref="Tidemark.Misfire.RunAll"/>: the newest so many, 1 to 1,000. Default 100.</param>
    public ScheduleBuilder<TArgs> Misfire(Misfire policy, int limit = 100) => With(terms with { Misfire = policy, CatchUpLimit = limit });

    /// <summary>Occurrences that are older than this when a worker comes are missed, whatever the misfire policy says.</summary>
    /// <param name="window">10 seconds to 3,650 days. Default 365 days.</param>
    public ScheduleBuilder<TArgs> CatchUpWithin(TimeSpan window) => With(terms with { CatchUpWindow = window });

    /// <summary>Started within this time an occurrence is in time, and no catch-up.</summary>
    /// <param name="time">1 second to 1 day. Default 1 minute.</param>
    public ScheduleBuilder<TArgs> InTimeWithin(TimeSpan time) => With(terms with { InTime = time });

    /// <summary>What becomes of an occurrence whose predecessor's job has not ended. A failed job has.</summary>
    /// <param name="policy">Default <see cref="Tidemark.Overlap.QueueOne"/>.</param>
    public ScheduleBuilder<TArgs> Overlap(Overlap policy) => With(terms with { Overlap = policy });

    /// <summary>
    /// How long occurrences may wait, or be let go, because the last job has not ended, before it is told as trouble: <c>held-up</c>. For jobs of which it
    /// is known that they take longer than the time between two.
    /// </summary>
    /// <param name="time">0 to 3,650 days. Default 30 seconds.</param>
    public ScheduleBuilder<TArgs> HeldUpAfter(TimeSpan time) => With(terms with { HeldUpAfter = time });

    /// <summary>Pauses the schedule, and says so, when its next occurrence finds the last job failed.</summary>
    public ScheduleBuilder<TArgs> PauseOnFailure() => With(terms with { PauseOnFailure = true });

    /// <summary>What a changed rule does to the anchor of an interval. Either way nothing is run that lies before the change.</summary>
    /// <param name="choice">Default <see cref="RuleChange.KeepAnchor"/>.</param>
    public ScheduleBuilder<TArgs> WhenChanged(RuleChange choice) => With(terms with { OnChange = choice });

    /// <summary>The jobs' priority.</summary>
    /// <param name="priority">−100 to 100; each step counts as one minute of waiting.</param>
    public ScheduleBuilder<TArgs> Priority(int priority) => With(terms with { Priority = priority });

    /// <summary>The jobs' queue. Default: the one that their job declares.</summary>
    /// <param name="queue">Named like a job.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public ScheduleBuilder<TArgs> Queue(string queue)
    {
        this.queue = Names.Validate(queue, "queue name");
        return this;
    }

    /// <summary>Tags of the jobs, beside those by which their occurrence is told.</summary>
    /// <param name="tags">At most 12, each named like a job.</param>
    /// <exception cref="ArgumentException">Too many, or one is no name.</exception>
    public ScheduleBuilder<TArgs> Tags(params string[] tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (tags.Length > 12) throw new ArgumentException($"{tags.Length} tags were given. Use at most 12: the occurrence is told by four more.", nameof(tags));
        foreach (var tag in tags) Names.Validate(tag, "tag");
        this.tags = tags.Length == 0 ? null : $",{string.Join(',', tags)},";
        return this;
    }

    ScheduleDeclaration IScheduleDeclared.Declare(EngineParts parts)
    {
        RuleText.Parse(terms.Rule, name); // with the name by which H chooses
        if (args is null && !typeof(TArgs).IsValueType) throw new TidemarkException($"The arguments of '{job.Name}' are null. Give a value; for none, a record without members.");
        if (parts.RoundTripFault(typeof(TArgs)) is { } lost) throw new TidemarkException($"The arguments of '{job.Name}' have the type {RoundTrip.NameOf(typeof(TArgs))}, which {lost}");
        var faults = Setting.Faults("",
            new("The limit of Misfire", terms.CatchUpLimit, 1, DueOccurrences.Most),
            new("CatchUpWithin", terms.CatchUpWindow, LeastWindow, Setting.MostKept),
            new("InTimeWithin", terms.InTime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            new("HeldUpAfter", terms.HeldUpAfter, TimeSpan.Zero, Setting.MostKept, "for 30 seconds"),
            new("Priority", terms.Priority, -100, 100)).ToList();
        if (faults.Count > 0) throw new TidemarkException(string.Join(' ', faults));
        var declared = terms with { Queue = queue ?? parts.Catalog.Find(job.Name)?.Queue ?? Enqueuer.DefaultQueue, Tags = tags, Limit = LimitOf() };
        return new(name, declared, parts.ToJson(args, parts.Options.MaxPayloadBytes, $"The arguments of '{job.Name}'"));
    }

    LimitClaim? LimitOf()
    {
        try
        {
            return Enqueuer.LimitOf(job, args);
        }
        catch (ArgumentException fault)
        {
            throw new TidemarkException(fault.Message, fault);
        }
    }

    ScheduleBuilder<TArgs> With(ScheduleTerms changed)
    {
        terms = changed;
        return this;
    }
}
