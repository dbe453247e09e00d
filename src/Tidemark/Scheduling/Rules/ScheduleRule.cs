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

    /// <summary>When an occurrence of this schedule is to be started: the same in every process.</summary>
    public DateTimeOffset DueAt(DateTimeOffset occurrence, string name)
    {
        if (Jitter == TimeSpan.Zero) return occurrence;
        var chosen = CronHash.Of(name, InstantText.Of(occurrence)) % (ulong)(Jitter.Ticks / TimeSpan.TicksPerMillisecond);
        return occurrence.AddMilliseconds(chosen);
    }

    public string Describe() => string.Join(", ", Words());

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
