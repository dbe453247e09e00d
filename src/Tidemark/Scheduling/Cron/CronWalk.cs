using System.Numerics;

namespace Tidemark.Scheduling.Cron;

/// <summary>The next time on a wall clock that knows no zone, to the second.</summary>
internal static class CronWalk
{
    const int Cycle = 400; // years after which the calendar begins anew: what has not come by then never comes

    /// <summary>The first at or after the given time; null: there is none before the year 9999 ends.</summary>
    public static DateTime? AtOrAfter(in CronMask mask, DateTime from)
    {
        if (from.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            if (DateTime.MaxValue.Ticks - from.Ticks < TimeSpan.TicksPerSecond) return null;
            from = from.AddTicks(TimeSpan.TicksPerSecond - from.Ticks % TimeSpan.TicksPerSecond);
        }
        var (year, month, day) = (from.Year, from.Month, from.Day);
        var today = IsSet(mask.Months, month) ? CronMonth.Days(mask, year, month) : 0;
        if (IsSet(today, day) && TimeAtOrAfter(mask, from.Hour, from.Minute, from.Second) is { } time) return new DateTime(year, month, day).Add(time);
        var rest = today & (uint)~((1UL << (day + 1)) - 1);
        for (var last = Math.Min(year + Cycle, 9999); ;)
        {
            if (rest != 0) return new DateTime(year, month, BitOperations.TrailingZeroCount(rest)).Add(FirstTime(mask));
            if (!ToNextMonth(mask.Months, ref year, ref month) || year > last) return null;
            rest = CronMonth.Days(mask, year, month);
        }
    }

    static bool ToNextMonth(ushort months, ref int year, ref int month)
    {
        var later = (uint)months & (uint)~((1UL << (month + 1)) - 1);
        if (later == 0) (later, year) = (months, year + 1);
        month = BitOperations.TrailingZeroCount(later);
        return year <= 9999;
    }

    static TimeSpan? TimeAtOrAfter(in CronMask mask, int hour, int minute, int second)
    {
        if (IsSet(mask.Hours, hour))
        {
            if (IsSet(mask.Minutes, minute) && From(mask.Seconds, second) is < 64 and var sameMinute) return new(hour, minute, sameMinute);
            if (From(mask.Minutes, minute + 1) is < 64 and var sameHour) return new(hour, sameHour, BitOperations.TrailingZeroCount(mask.Seconds));
        }
        return From(mask.Hours, hour + 1) is < 64 and var later ? new(later, BitOperations.TrailingZeroCount(mask.Minutes), BitOperations.TrailingZeroCount(mask.Seconds)) : null;
    }

    static TimeSpan FirstTime(in CronMask mask) =>
        new(BitOperations.TrailingZeroCount(mask.Hours), BitOperations.TrailingZeroCount(mask.Minutes), BitOperations.TrailingZeroCount(mask.Seconds));

    static bool IsSet(ulong bits, int value) => (bits >> value & 1) != 0;

    // The first value at or above the given one; 64: none.
    static int From(ulong bits, int value) => BitOperations.TrailingZeroCount(bits & ~((1UL << value) - 1));
}
