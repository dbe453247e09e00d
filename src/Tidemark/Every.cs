namespace Tidemark;

/// <summary>Schedules as people say them: <c>Every.Hours(6)</c>, <c>Every.Day.At(2, 0)</c>, <c>Every.WeekOn(DayOfWeek.Monday).At(7, 30)</c>.</summary>
public static class Every
{
    /// <summary>Each day.</summary>
    public static CalendarDays Day => new("*", "*");

    /// <summary>Monday to Friday.</summary>
    public static CalendarDays Weekday => new("*", "MON-FRI");

    /// <summary>The last day of each month.</summary>
    public static CalendarDays MonthEnd => new("L", "*");

    /// <summary>A grid of physical time.</summary>
    /// <param name="interval">1 second to 3,650 days, in whole milliseconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public static Schedule Interval(TimeSpan interval) => Schedule.EveryInterval(interval);

    /// <summary>A grid of physical time.</summary>
    /// <param name="count">1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 3,650 days.</exception>
    public static Schedule Seconds(int count) => Schedule.EveryInterval(TimeSpan.FromSeconds(count));

    /// <inheritdoc cref="Seconds"/>
    public static Schedule Minutes(int count) => Schedule.EveryInterval(TimeSpan.FromMinutes(count));

    /// <inheritdoc cref="Seconds"/>
    public static Schedule Hours(int count) => Schedule.EveryInterval(TimeSpan.FromHours(count));

    /// <summary>A grid of physical time: 24 hours each, whatever the clocks do. For a time of day use <see cref="Day"/>.</summary>
    /// <param name="count">1 to 3,650.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public static Schedule Days(int count) => Schedule.EveryInterval(TimeSpan.FromDays(count));

    /// <summary>These days of each week.</summary>
    /// <param name="days">One or more.</param>
    /// <exception cref="ArgumentException">None.</exception>
    public static CalendarDays WeekOn(params DayOfWeek[] days)
    {
        ArgumentNullException.ThrowIfNull(days);
        if (days.Length == 0) throw new ArgumentException("No day of the week was given. Give one or more.", nameof(days));
        return new("*", string.Join(',', days.Distinct().Order().Select(day => (int)day)));
    }

    /// <summary>These days of each month. A month that lacks one passes it over; for the last day of each use <see cref="MonthEnd"/>.</summary>
    /// <param name="days">One or more, 1 to 31.</param>
    /// <exception cref="ArgumentException">None, or one out of that range.</exception>
    public static CalendarDays MonthOn(params int[] days)
    {
        ArgumentNullException.ThrowIfNull(days);
        if (days.Length == 0 || Array.Exists(days, day => day is < 1 or > 31)) throw new ArgumentException($"The days of the month are '{string.Join(", ", days)}'. Give one or more, 1 to 31.", nameof(days));
        return new(string.Join(',', days.Distinct().Order()), "*");
    }
}

/// <summary>Days of the calendar that want a time of day.</summary>
public readonly struct CalendarDays
{
    readonly string? month, week;

    internal CalendarDays(string month, string week) => (this.month, this.week) = (month, week);

    /// <summary>At this time of day, by the clock of UTC unless <see cref="Schedule.In"/> says otherwise.</summary>
    /// <param name="hour">0 to 23.</param>
    /// <param name="minute">0 to 59.</param>
    /// <param name="second">0 to 59.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such time of day.</exception>
    public Schedule At(int hour, int minute, int second = 0)
    {
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
            throw new ArgumentOutOfRangeException(nameof(hour), $"{hour}:{minute}:{second} is no time of day. Use 0:0:0 to 23:59:59.");
        return Schedule.Cron($"{(second == 0 ? "" : $"{second} ")}{minute} {hour} {month ?? "*"} * {week ?? "*"}");
    }
}
