namespace Tidemark.Tests.Scheduling.Cron;

/// <summary>A rule of which everything is known without reading its text: the other opinion, which looks at each minute there is.</summary>
internal sealed class MinuteByMinute
{
    readonly HashSet<int> minutes, hours, days, months, weekdays;
    readonly bool isInterval;

    public MinuteByMinute(Random random)
    {
        var (minute, minuteSteps) = Draw(random, 0, 59, out minutes);
        var (hour, hourSteps) = Draw(random, 0, 23, out hours);
        var (day, _) = Draw(random, 1, 31, out days, all: 0.7);
        var (month, _) = Draw(random, 1, 12, out months, all: 0.7);
        var (weekday, _) = Draw(random, 0, 6, out weekdays, all: 0.7);
        isInterval = minuteSteps || hourSteps;
        Text = $"{minute} {hour} {day} {month} {weekday}";
    }

    public string Text { get; }

    /// <summary>The instants of a span of time at which it occurs.</summary>
    public List<DateTime> Occurrences(TimeZoneInfo zone, DateTime from, DateTime until)
    {
        var found = new List<DateTime>();
        var shown = new HashSet<DateTime>();
        var before = from.AddDays(-2); // what the clock has shown already
        for (var local = before + zone.GetUtcOffset(before); before < until; before = before.AddMinutes(1))
        {
            var now = before.AddMinutes(1);
            var next = now + zone.GetUtcOffset(now);
            var occurs = Matches(next) && (shown.Add(next) || isInterval);
            for (var missing = local.AddMinutes(1); missing < next; missing = missing.AddMinutes(1)) occurs |= Matches(missing);
            if (occurs && now > from && now <= until) found.Add(now);
            local = next;
        }
        return found;
    }

    bool Matches(DateTime local) =>
        minutes.Contains(local.Minute) && hours.Contains(local.Hour) && days.Contains(local.Day) && months.Contains(local.Month) && weekdays.Contains((int)local.DayOfWeek);

    // As text, and whether it is a rhythm.
    static (string Text, bool IsInterval) Draw(Random random, int min, int max, out HashSet<int> values, double all = 0.25)
    {
        if (random.NextDouble() < all)
        {
            values = [.. Enumerable.Range(min, max - min + 1)];
            return ("*", true);
        }
        var (from, to, step) = (random.Next(min, max + 1), random.Next(min, max + 1), random.Next(1, max));
        switch (random.Next(4))
        {
            case 0:
                values = [.. Enumerable.Range(0, 4).Select(_ => random.Next(min, max + 1))];
                return (string.Join(",", values), false);
            case 1:
                values = [.. Every(min, max, step)];
                return ($"*/{step}", true);
            case 2:
                (from, to) = (Math.Min(from, to), Math.Max(from, to));
                values = [.. Every(from, to, step)];
                return ($"{from}-{to}/{step}", true);
            default:
                values = [from];
                return ($"{from}", false);
        }
    }

    static IEnumerable<int> Every(int from, int to, int step)
    {
        for (var value = from; value <= to; value += step) yield return value;
    }
}
