using Tidemark.Scheduling.Cron;

namespace Tidemark;

/// <summary>
/// A cron expression: minute, hour, day of month, month, day of week, or the same with the second first. Immutable, and pure: it asks no clock.
/// </summary>
/// <remarks>
/// Values, ranges (<c>9-17</c>; <c>22-2</c> goes round), steps (<c>*/5</c>, <c>10-30/5</c>, <c>7/15</c> from 7 on) and lists in every field; names of
/// months and days (<c>JAN</c>, <c>mon</c>), 0 and 7 for Sunday; of the days of month <c>L</c> (the last), <c>L-3</c>, <c>15W</c> (the weekday nearest
/// to it in its month), <c>LW</c>; of the days of week <c>5L</c> (the last Friday), <c>MON#2</c> (the second Monday); <c>?</c> as <c>*</c>; <c>H</c>,
/// <c>H/15</c>, <c>H(0-29)</c> for a value that a name chooses; and <c>@yearly</c>, <c>@monthly</c>, <c>@weekly</c>, <c>@daily</c>, <c>@hourly</c>,
/// <c>@every_minute</c>, <c>@every_second</c>. If both days are given, both must fit: <c>0 0 13 * FRI</c> is Friday the 13th (crontab of Unix takes either).
/// <para>
/// In a zone whose clock is set forward, a time that is missing is met at the instant of the change. Where it is set back, a time that comes twice is met
/// the first time; but an expression whose second, minute or hour is a rhythm (<c>*</c>, a range, a step) goes on through both.
/// </para>
/// </remarks>
public sealed class CronExpression
{
    static readonly TimeSpan Often = TimeSpan.FromDays(4);

    readonly CronMask mask;
    readonly string text;
    ZoneSpan? span; // where the last walk came to: only a memory, replaced as a whole; whoever reads another one is none the worse

    CronExpression(string text, CronMask mask) => (this.text, this.mask) = (text, mask);

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">As above; blanks and tabs between the fields, letters in either case, at most 500 characters.</param>
    /// <param name="hashName">The name by which <c>H</c> chooses; null: <c>H</c> is refused.</param>
    /// <exception cref="CronFormatException">It says nothing that can be done; where and why.</exception>
    public static CronExpression Parse(string expression, string? hashName = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return new(expression, CronParser.Parse(expression, hashName));
    }

    /// <summary>The first occurrence after an instant, with the zone's offset at it; null: there is none within 400 years, after which the calendar repeats itself, or before the year 9999 ends.</summary>
    /// <param name="after">The occurrence is later than this.</param>
    /// <param name="zone">Whose clock the expression speaks of.</param>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var from = after.UtcDateTime;
        if (ReferenceEquals(zone, TimeZoneInfo.Utc)) return After(from) is { } utc ? new(utc, TimeSpan.Zero) : null;
        if (span is { } near && near.Has(from, zone) && After(from + near.Offset) is { } plain && near.Has(plain - near.Offset, zone)) return new(DateTime.SpecifyKind(plain, DateTimeKind.Unspecified), near.Offset);
        var walk = new ZoneWalk(zone);
        if (Next(from, walk) is not { } next) return null;
        if (next - from < Often) span = ZoneSpan.From(next, zone); // for those that come seldom the span costs more than it saves
        var offset = walk.OffsetAt(next);
        return new(DateTime.SpecifyKind(next + offset, DateTimeKind.Unspecified), offset);
    }

    /// <summary>All that follow an instant, one after another; ends where there is none any more.</summary>
    /// <param name="after">The first is later than this.</param>
    /// <param name="zone">Whose clock the expression speaks of.</param>
    public IEnumerable<DateTimeOffset> Upcoming(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return Walk();

        IEnumerable<DateTimeOffset> Walk()
        {
            for (var next = Next(after, zone); next is { } at; next = Next(at, zone)) yield return at;
        }
    }

    /// <summary>The expression in plain words: "At 02:30, on Monday to Friday".</summary>
    public string Describe() => CronWords.Of(mask);

    /// <summary>The expression as it was given.</summary>
    public override string ToString() => text;

    DateTime? Next(DateTime after, in ZoneWalk walk)
    {
        var local = ZoneWalk.Shift(after, walk.OffsetAt(after));
        var again = mask.IsInterval && walk.SecondPassAfter(after, local) is { } pass && CronWalk.AtOrAfter(mask, pass.Local) is { } early ? ZoneWalk.Shift(early, -pass.Offset) : (DateTime?)null;
        for (var time = After(local); time is { } found; time = After(found))
        {
            var (first, second) = walk.InstantsOf(found);
            var instant = first > after ? first : mask.IsInterval && second > after ? second : null;
            if (instant is { } next) return again < next ? again : next;
        }
        return again;
    }

    DateTime? After(DateTime time) => time == DateTime.MaxValue ? null : CronWalk.AtOrAfter(mask, time.AddTicks(1));
}
