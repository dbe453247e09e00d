namespace Tidemark.Tests.Scheduling.Calendar;

/// <summary>
/// A schedule by the wall clock of which everything is known without reading its rule: the other opinion, which looks at each minute there is. The time of
/// day lies mostly near a given change of the clock, and the days are mostly those of the change.
/// </summary>
internal sealed class CalendarByMinute
{
    readonly TimeZoneInfo zone;
    readonly int hour, minute, second;
    readonly Func<DateTime, bool> day;
    readonly HashSet<DateOnly> excepted = [];

    public CalendarByMinute(Random random, TimeZoneInfo zone, DateTime change)
    {
        this.zone = zone;
        var shown = change + zone.GetUtcOffset(random.Next(2) == 0 ? change : change.AddMinutes(-1));
        var near = shown.AddMinutes(random.Next(-150, 151));
        (hour, minute, second) = (random.Next(4) == 0 ? random.Next(24) : near.Hour, near.Minute, random.Next(3) == 0 ? random.Next(60) : 0);
        (var days, day) = Days(random, near);
        Schedule = days.At(hour, minute, second).In(zone.Id);
        if (random.Next(3) > 0) return;
        // Rest around the change: its clock's days have 23 and 25 hours, and one of them none.
        var first = DateOnly.FromDateTime(near).AddDays(random.Next(-2, 2));
        var last = first.AddDays(random.Next(3));
        for (var rest = first; rest <= last; rest = rest.AddDays(1)) excepted.Add(rest);
        Schedule = Schedule.ExceptFrom(first, last);
    }

    public Schedule Schedule { get; }

    /// <summary>The instants of a span of time at which it occurs.</summary>
    public List<DateTime> Occurrences(DateTime from, DateTime until)
    {
        var found = new SortedSet<DateTime>();
        var shown = new HashSet<DateTime>();
        var before = from.AddDays(-2).AddSeconds(second); // what the clock has shown already; each step falls on the second that is asked for
        for (var local = before + zone.GetUtcOffset(before); before < until; before = before.AddMinutes(1))
        {
            var now = before.AddMinutes(1);
            var next = now + zone.GetUtcOffset(now);
            if (Matches(next) && shown.Add(next)) Add(now, next);
            for (var missing = local.AddMinutes(1); missing < next; missing = missing.AddMinutes(1))
                if (Matches(missing) && Change(before) is var change) Add(change, change + zone.GetUtcOffset(change));
            local = next;
        }
        return [.. found];

        void Add(DateTime at, DateTime clock)
        {
            if (at > from && at <= until && !excepted.Contains(DateOnly.FromDateTime(clock))) found.Add(at);
        }
    }

    bool Matches(DateTime local) => local.Hour == hour && local.Minute == minute && day(local);

    // The first second after this one with another offset.
    DateTime Change(DateTime before)
    {
        var (former, at) = (zone.GetUtcOffset(before), before);
        while (zone.GetUtcOffset(at) == former) at = at.AddSeconds(1);
        return at;
    }

    static (CalendarDays Days, Func<DateTime, bool> Fits) Days(Random random, DateTime near)
    {
        DayOfWeek[] week = random.Next(3) == 0 ? [(DayOfWeek)random.Next(7)] : [near.DayOfWeek, (DayOfWeek)random.Next(7)];
        int[] month = random.Next(3) == 0 ? [random.Next(1, 32)] : [near.Day, random.Next(1, 32)];
        return random.Next(5) switch
        {
            0 => (Every.Weekday, local => local.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)),
            1 => (Every.MonthEnd, local => local.AddDays(1).Day == 1),
            2 => (Every.WeekOn(week), local => week.Contains(local.DayOfWeek)),
            3 => (Every.MonthOn(month), local => month.Contains(local.Day)),
            _ => (Every.Day, _ => true),
        };
    }
}
