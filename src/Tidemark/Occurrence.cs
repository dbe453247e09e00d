using System.Globalization;
using Tidemark.Scheduling.Rules;

namespace Tidemark;

/// <summary>One instant of a schedule, as the job that was enqueued for it knows it.</summary>
/// <param name="Schedule">The schedule's name.</param>
/// <param name="At">The instant as the rule names it, in UTC: later starts and jitter do not change it. Of a trigger: when it was asked for.</param>
/// <param name="Previous">The instant of the occurrence before that was given a job; null: this is the first. What came between the two was missed or skipped.</param>
/// <param name="Kind">Whether it came in time.</param>
public sealed record Occurrence(string Schedule, DateTimeOffset At, DateTimeOffset? Previous, OccurrenceKind Kind)
{
    // They travel among the job's tags: seen by every reader, found by a filter, kept with the history, on every store.
    const string ScheduleTag = "schedule:";
    const string AtTag = "occurrence:";
    const string PreviousTag = "previous:";
    const string CatchUpTag = "occurrence-kind:catch-up";
    const string TriggerTag = "occurrence-kind:trigger";

    /// <summary>Started later than it should have been.</summary>
    public bool IsCatchUp => Kind == OccurrenceKind.CatchUp;

    /// <summary>The tag that finds a schedule's jobs.</summary>
    internal static string TagOf(string schedule) => ScheduleTag + schedule;

    /// <summary>The stored form of the tags: <c>,a,b,</c>.</summary>
    internal string Tags(string? own) =>
        $"{own ?? ","}{TagOf(Schedule)},{AtTag}{InstantText.Of(At)},{(Previous is { } previous ? $"{PreviousTag}{InstantText.Of(previous)}," : "")}{Kind switch
        {
            OccurrenceKind.CatchUp => CatchUpTag + ",",
            OccurrenceKind.Trigger => TriggerTag + ",",
            _ => "",
        }}";

    /// <summary>Null: no schedule enqueued it.</summary>
    internal static Occurrence? Of(string? tags)
    {
        if (tags is null || Value(tags, ScheduleTag) is not { } schedule || Instant(tags, AtTag) is not { } at) return null;
        return new(schedule, at, Instant(tags, PreviousTag), Has(tags, CatchUpTag) ? OccurrenceKind.CatchUp : Has(tags, TriggerTag) ? OccurrenceKind.Trigger : OccurrenceKind.Regular);
    }

    static bool Has(string tags, string tag) => tags.Contains($",{tag},", StringComparison.Ordinal);

    static DateTimeOffset? Instant(string tags, string prefix) =>
        Value(tags, prefix) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant : null;

    static string? Value(string tags, string prefix)
    {
        var start = tags.LastIndexOf("," + prefix, StringComparison.Ordinal); // the schedule's own come last
        if (start < 0) return null;
        start += prefix.Length + 1;
        return tags[start..tags.IndexOf(',', start)];
    }
}
