using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace Tidemark.Scheduling.Cron;

/// <summary>An expression in plain words, read from its bits: two that mean the same say the same.</summary>
internal static class CronWords
{
    const int MostTimes = 6;
    static readonly ImmutableArray<string> DayNames = [.. CultureInfo.InvariantCulture.DateTimeFormat.DayNames];
    static readonly ImmutableArray<string> MonthNames = [.. CultureInfo.InvariantCulture.DateTimeFormat.MonthNames];

    public static string Of(in CronMask mask)
    {
        string?[] parts = [Time(mask), Days(mask), Months(mask)];
        var text = string.Join(", ", parts.Where(part => part is not null));
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    static string Time(in CronMask mask)
    {
        var (seconds, minutes, hours) = (Values(mask.Seconds), Values(mask.Minutes), Values(mask.Hours));
        if (seconds.Length * minutes.Length * hours.Length <= MostTimes) return $"at {And([.. Times(seconds, minutes, hours)])}";
        List<string> parts = [];
        if (mask.Seconds != 1) parts.Add(Part(seconds, 60, "second"));
        // "Every 15 seconds" says enough of a minute that is any, as "every minute" does of an hour.
        if (mask.Seconds == 1 || minutes.Length < 60) parts.Add(Part(minutes, 60, "minute"));
        else if (seconds.Length < 60 && !IsEvery(seconds, 60)) parts.Add("of every minute");
        if (hours.Length < 24) parts.Add(hours.Length == 1 ? $"between {hours[0]:00}:00 and {hours[0]:00}:59" : Part(hours, 24, "hour"));
        else if (minutes.Length < 60 && !IsEvery(minutes, 60)) parts.Add("of every hour");
        return string.Join(", ", parts).Replace(", of", " of", StringComparison.Ordinal);
    }

    static IEnumerable<string> Times(int[] seconds, int[] minutes, int[] hours) =>
        from hour in hours
        from minute in minutes
        from second in seconds
        select seconds is [0] ? $"{hour:00}:{minute:00}" : $"{hour:00}:{minute:00}:{second:00}";

    static string Part(int[] values, int count, string unit)
    {
        if (values.Length == count) return $"every {unit}";
        if (IsEvery(values, count)) return $"every {values[1] - values[0]} {unit}s" + (values[0] == 0 ? "" : $" from {unit} {values[0]} on");
        return values.Length == 1 ? $"at {unit} {values[0]}" : $"at {unit}s {List(values, value => $"{value}")}";
    }

    // A step through the whole field: it has its like before each beginning anew.
    static bool IsEvery(int[] values, int count)
    {
        if (values.Length < 3) return false;
        var step = values[1] - values[0];
        for (var i = 2; i < values.Length; i++)
        {
            if (values[i] - values[i - 1] != step) return false;
        }
        return step > 1 && values[0] < step && values[^1] + step >= count;
    }

    static string? Days(in CronMask mask)
    {
        var (month, week) = (OfMonth(mask), OfWeek(mask));
        if (month is null) return week is null ? null : $"on {week}";
        return week is null ? $"on {month} of the month" : $"on {month} of the month if it is {week}";
    }

    static string? OfMonth(in CronMask mask)
    {
        if (mask.Days == (uint)CronField.DayOfMonth.All) return null;
        List<string> parts = [];
        if (mask.Days != 0) parts.Add($"the {List(Values(mask.Days), Ordinal)}");
        parts.AddRange(Values(mask.Weekdays).Select(day => $"the weekday nearest to the {Ordinal(day)}"));
        parts.AddRange(Values(mask.DaysFromLast).Select(FromLast));
        parts.AddRange(Values(mask.WeekdaysFromLast).Select(day => day == 0 ? "the last weekday" : $"the weekday nearest to {FromLast(day)}"));
        return And(parts);
    }

    static string? OfWeek(in CronMask mask)
    {
        if (mask.DaysOfWeek == 0x7F) return null;
        List<string> parts = [];
        // The week as people say it, from Monday on.
        if (mask.DaysOfWeek != 0) parts.Add(List([.. Values(mask.DaysOfWeek).Select(day => day == 0 ? 7 : day).Order()], day => DayNames[day % 7]));
        parts.AddRange(Values(mask.NthOfWeek).Select(nth => $"the {Ordinal(nth / 7 + 1)} {DayNames[nth % 7]}"));
        parts.AddRange(Values(mask.LastOfWeek).Select(day => $"the last {DayNames[day]}"));
        return And(parts);
    }

    static string? Months(in CronMask mask) => mask.Months == (ushort)CronField.Month.All ? null : $"in {List(Values(mask.Months), month => MonthNames[month - 1])}";

    static string FromLast(int days) => days switch
    {
        0 => "the last day",
        1 => "the day before the last",
        _ => $"the day {days} days before the last",
    };

    static string Ordinal(int number) => number + (number / 10 == 1 ? "th" : (number % 10) switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" });

    // Three and more in a row are a range.
    static string List(int[] values, Func<int, string> word)
    {
        List<string> parts = [];
        for (var i = 0; i < values.Length;)
        {
            var end = i;
            while (end + 1 < values.Length && values[end + 1] == values[end] + 1) end++;
            if (end - i < 2) end = i;
            parts.Add(end == i ? word(values[i]) : $"{word(values[i])} to {word(values[end])}");
            i = end + 1;
        }
        return And(parts);
    }

    static string And(List<string> parts) => parts.Count < 2 ? string.Concat(parts) : $"{string.Join(", ", parts.SkipLast(1))} and {parts[^1]}";

    static int[] Values(ulong bits)
    {
        var values = new int[BitOperations.PopCount(bits)];
        for (var i = 0; bits != 0; bits &= bits - 1) values[i++] = BitOperations.TrailingZeroCount(bits);
        return values;
    }
}
