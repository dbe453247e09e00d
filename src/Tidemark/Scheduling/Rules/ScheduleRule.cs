using System.Collections.Immutable;
using Tidemark.Scheduling.Cron;

namespace Tidemark.Scheduling.Rules;

/// <summary>A rhythm within its limits. Immutable and pure: the same text and facts give the same instants in every process and release.</summary>
internal sealed record ScheduleRule
{
    const int MostExcepted = 10_000; // occurrences passed over in a row: a rule that rests for longer has no next one that anybody waits for

    public required Rhythm Rhythm { get; init; }
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;
    public DateTimeOffset? Start { get; init; }
    public DateTimeOffset? End { get; init; }

    /// <summary>An occurrence is due up to so much later than it is named; less than this.</summary>
    public TimeSpan Jitter { get; init; }
    public ImmutableArray<ExceptedDays> Except { get; init; } = [];

    /// <summary>The first occurrence later than an instant; null: there is none, or (<see cref="CompletionRhythm"/>) none yet.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, RuleFacts facts)
    {
        if (Rhythm is CompletionRhythm) return Counted(facts) is { } counted && counted > after && !(counted > End) ? counted : null;
        if (Start is { } start && after < start) after = start.AddTicks(-1);
        for (var tried = 0; tried < MostExcepted; tried++)
        {
            if (Rhythm.Next(after, Zone, facts) is not { } next || next > End) return null;
            if (RestAt(next) is not { } days) return next;
            var end = EndOf(days);
            after = end > next ? end : next;
        }
        return null;
    }

    /// <summary>True if a rule that counts from the end of its job has counted to no later instant than this one, beyond which all is decided.</summary>
    public bool HasCountedTo(DateTimeOffset after, RuleFacts facts) => Rhythm is CompletionRhythm && Counted(facts) <= after;

    /// <summary>When an occurrence of this schedule is to be started: the same in every process.</summary>
    public DateTimeOffset DueAt(DateTimeOffset occurrence, string name)
    {
        if (Jitter == TimeSpan.Zero) return occurrence;
        var chosen = CronHash.Of(name, InstantText.Of(occurrence)) % (ulong)(Jitter.Ticks / TimeSpan.TicksPerMillisecond);
        return occurrence.AddMilliseconds(chosen);
    }

    public string Describe() => string.Join(", ", Words());

    // The one instant of such a rule, moved to where its limits let it be: there is no later one that could take its place.
    DateTimeOffset? Counted(RuleFacts facts)
    {
        if (Rhythm.Next(DateTimeOffset.MinValue, Zone, facts) is not { } at) return null;
        if (at < Start) at = Start.Value;
        while (RestAt(at) is { } days)
        {
            if (EndOf(days) is var end && end == DateTimeOffset.MaxValue) return null;
            at = end.AddTicks(1);
        }
        return at;
    }

    ExceptedDays? RestAt(DateTimeOffset instant)
    {
        if (Except.IsEmpty) return null;
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);
        foreach (var days in Except)
            if (days.Has(day)) return days;
        return null;
    }

    // Right before the midnight that ends them: an occurrence at that midnight is the first that may be.
    DateTimeOffset EndOf(ExceptedDays days) => days.Last == DateOnly.MaxValue
        ? DateTimeOffset.MaxValue
        : new DateTimeOffset(new ZoneWalk(Zone).InstantsOf(DateTime.SpecifyKind(days.Last.AddDays(1).ToDateTime(TimeOnly.MinValue), DateTimeKind.Utc)).First, TimeSpan.Zero).AddTicks(-1);

    IEnumerable<string> Words()
    {
        yield return Rhythm.Words;
        if (Rhythm is CronRhythm || !Except.IsEmpty) yield return $"by the clock of {Zone.Id}";
        if (Start is { } start) yield return $"not before {InstantText.Of(start)}";
        if (End is { } end) yield return $"not after {InstantText.Of(end)}";
        if (Jitter > TimeSpan.Zero) yield return $"up to {Setting.Words(Jitter)} later";
        if (!Except.IsEmpty) yield return ExceptedDays.Words(Except);
    }
}
