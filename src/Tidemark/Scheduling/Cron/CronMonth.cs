using System.Numerics;

namespace Tidemark.Scheduling.Cron;

/// <summary>The days of one month that an expression names, as bits: bit 1 is the first.</summary>
internal static class CronMonth
{
    const uint EverySeventh = 0x10204081; // bits 0, 7, 14, 21, 28

    public static uint Days(in CronMask mask, int year, int month)
    {
        var length = DateTime.DaysInMonth(year, month);
        var first = (int)new DateTime(year, month, 1).DayOfWeek;
        return OfMonth(mask, length, first) & OfWeek(mask, length, first);
    }

    static uint OfMonth(in CronMask mask, int length, int first)
    {
        var whole = Whole(length);
        var days = mask.Days & whole;
        if (mask.DaysFromLast != 0) days |= FromLast(mask.DaysFromLast, length);
        if ((mask.Weekdays | mask.WeekdaysFromLast) == 0) return days;
        for (var left = (mask.Weekdays & whole) | FromLast(mask.WeekdaysFromLast, length); left != 0; left &= left - 1)
            days |= 1u << Weekday(BitOperations.TrailingZeroCount(left), length, first);
        return days;
    }

    static uint OfWeek(in CronMask mask, int length, int first)
    {
        var days = Spread(mask.DaysOfWeek, first);
        if (mask.LastOfWeek != 0) days |= Spread(mask.LastOfWeek, first) & ~Whole(length - 7);
        for (var (nth, left) = (0, mask.NthOfWeek); left != 0; nth++, left >>= 7)
            days |= Spread((byte)(left & 0x7F), first) & (0x7Fu << (nth * 7 + 1));
        return days & Whole(length);
    }

    // The days of a week, turned so that the month's first day comes first, then repeated through the month.
    static uint Spread(byte daysOfWeek, int first) => ((((uint)daysOfWeek >> first) | ((uint)daysOfWeek << (7 - first))) & 0x7F) * EverySeventh << 1;

    static uint FromLast(uint mask, int length)
    {
        var days = 0u;
        for (; mask != 0; mask &= mask - 1)
        {
            if (length - BitOperations.TrailingZeroCount(mask) is > 0 and var day) days |= 1u << day;
        }
        return days;
    }

    // The weekday nearest to a day, in the same month.
    static int Weekday(int day, int length, int first) => ((first + day - 1) % 7) switch
    {
        0 => day == length ? day - 2 : day + 1,
        6 => day == 1 ? day + 2 : day - 1,
        _ => day,
    };

    static uint Whole(int length) => (uint)((1UL << (length + 1)) - 2);
}
