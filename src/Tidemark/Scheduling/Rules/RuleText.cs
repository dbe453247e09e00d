using System.Text;

namespace Tidemark.Scheduling.Rules;

/// <summary>
/// A rule as text: <c>cron 0 2 * * *; in Asia/Kathmandu; except 2026-12-25</c>. What is stored, so that a reader without the code knows the next
/// instants, and equal for equal rules, so that a changed one is seen.
/// </summary>
internal static class RuleText
{
    const string Separator = "; ";

    public static string Of(ScheduleRule rule)
    {
        var text = new StringBuilder(rule.Rhythm.Text);
        if (rule.Zone.Id != TimeZoneInfo.Utc.Id) text.Append(Separator).Append("in ").Append(rule.Zone.Id);
        if (rule.Start is { } start) text.Append(Separator).Append("start ").Append(InstantText.Of(start));
        if (rule.End is { } end) text.Append(Separator).Append("end ").Append(InstantText.Of(end));
        if (rule.Jitter > TimeSpan.Zero) text.Append(Separator).Append("jitter ").Append(DurationText.Of(rule.Jitter));
        if (!rule.Except.IsEmpty) text.Append(Separator).Append("except ").AppendJoin(',', rule.Except);
        return text.ToString();
    }

    /// <param name="text">As <see cref="Of"/> made it.</param>
    /// <param name="name">The schedule's, by which a cron expression's <c>H</c> chooses.</param>
    /// <exception cref="FormatException">It says nothing that this release knows.</exception>
    public static ScheduleRule Parse(string text, string name)
    {
        var parts = text.Split(Separator);
        var rule = new ScheduleRule { Rhythm = RhythmOf(parts[0], name) };
        foreach (var part in parts.AsSpan(1))
        {
            var (word, rest) = Cut(part);
            rule = word switch
            {
                "in" => rule with { Zone = Zones.Find(rest) },
                "start" => rule with { Start = InstantText.Parse(rest) },
                "end" => rule with { End = InstantText.Parse(rest) },
                "jitter" => rule with { Jitter = DurationText.Parse(rest) },
                "except" => rule with { Except = [.. rest.Split(',').Select(ExceptedDays.Parse)] },
                _ => throw new FormatException($"The rule '{text}' has the part '{part}', which this release does not know. Use the release that declared it, or a newer one."),
            };
        }
        return rule;
    }

    static Rhythm RhythmOf(string text, string name)
    {
        var (word, rest) = Cut(text);
        if (word == "cron") return new CronRhythm(CronExpression.Parse(rest, name));
        if (word == "after") return new CompletionRhythm(Interval(rest));
        if (word == "at") return new InstantRhythm([.. rest.Split(',').Select(InstantText.Parse)]);
        if (word != "every") throw new FormatException($"The rule '{text}' begins with '{word}', which this release does not know. Use the release that declared it, or a newer one.");
        var parts = rest.Split(" from ");
        return new GridRhythm(Interval(parts[0]), parts.Length > 1 ? InstantText.Parse(parts[1]) : null);
    }

    static TimeSpan Interval(string text) => DurationText.Parse(text) is var interval && interval > TimeSpan.Zero
        ? interval
        : throw new FormatException($"The interval '{text}' of a rule is not more than 0.");

    static (string Word, string Value) Cut(string part) => part.IndexOf(' ', StringComparison.Ordinal) is var at and > 0 ? (part[..at], part[(at + 1)..]) : (part, "");
}
