using System.Collections.Immutable;

namespace Tidemark.Scheduling.Rules;

/// <summary>What a rhythm counts from beside its own text: what the schedule's row remembers.</summary>
/// <param name="Anchor">The persisted instant that a grid without an instant of its own counts from.</param>
/// <param name="CompletedAt">When the job of the last occurrence ended; null: none has ended, or one still runs.</param>
internal readonly record struct RuleFacts(DateTimeOffset Anchor, DateTimeOffset? CompletedAt);

/// <summary>The beat of a rule, without its limits: pure, instants in UTC and whole milliseconds.</summary>
internal abstract record Rhythm
{
    /// <summary>As it is stored: one word that names the kind, then its values.</summary>
    public abstract string Text { get; }

    public abstract string Words { get; }

    /// <summary>The first occurrence later than this; null: there is none.</summary>
    public abstract DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone, RuleFacts facts);
}

/// <summary>By the wall clock.</summary>
internal sealed record CronRhythm(CronExpression Expression) : Rhythm
{
    public override string Text => $"cron {Expression}";

    public override string Words => Expression.Describe();

    public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone, RuleFacts facts) => Expression.Next(after, zone)?.ToUniversalTime();
}

/// <summary>Physical time on a grid: anchor + n × interval. A restart does not move it.</summary>
internal sealed record GridRhythm(TimeSpan Interval, DateTimeOffset? From) : Rhythm
{
    public override string Text => $"every {DurationText.Of(Interval)}{(From is { } from ? $" from {InstantText.Of(from)}" : "")}";

    public override string Words => $"Every {Setting.Words(Interval)}, counted from {(From is { } from ? InstantText.Of(from) : "its first declaration")}";

    public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone, RuleFacts facts)
    {
        var anchor = From ?? facts.Anchor;
        if (after < anchor) return From ?? anchor + Interval; // the instant of a declaration is no occurrence
        var passed = (after - anchor).Ticks / Interval.Ticks;
        return passed + 1 > (DateTimeOffset.MaxValue - anchor).Ticks / Interval.Ticks ? null : anchor + Interval * (passed + 1);
    }
}

/// <summary>So long after the last job ended; counted from the anchor until one has.</summary>
internal sealed record CompletionRhythm(TimeSpan Interval) : Rhythm
{
    public override string Text => $"after {DurationText.Of(Interval)}";

    public override string Words => $"{Setting.Words(Interval)} after the last job ended";

    public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone, RuleFacts facts) =>
        facts.CompletedAt is { } end && end <= DateTimeOffset.MaxValue - Interval && end + Interval is var next && next > after ? next : null;
}

/// <summary>Instants that were given one by one.</summary>
internal sealed record InstantRhythm(ImmutableArray<DateTimeOffset> Instants) : Rhythm
{
    public override string Text => $"at {string.Join(',', Instants.Select(InstantText.Of))}";

    public override string Words => $"{(Instants.Length == 1 ? "Once, at" : $"{Instants.Length} times, first at")} {InstantText.Of(Instants[0])}";

    public override DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone, RuleFacts facts)
    {
        foreach (var instant in Instants)
            if (instant > after) return instant;
        return null;
    }
}
