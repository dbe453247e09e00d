using System.Collections.Immutable;

namespace Tidemark.Scheduling.Cron;

/// <summary>One field of a cron expression: what it is called, and what it may hold.</summary>
internal sealed record CronField(string Name, int Min, int Max, ImmutableArray<string> Names)
{
    static readonly ImmutableArray<string> Numbers = [];

    public static readonly CronField Second = new("second", 0, 59, Numbers);
    public static readonly CronField Minute = new("minute", 0, 59, Numbers);
    public static readonly CronField Hour = new("hour", 0, 23, Numbers);
    public static readonly CronField DayOfMonth = new("day of month", 1, 31, Numbers);
    public static readonly CronField Month = new("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);

    /// <summary>0 and 7 are Sunday.</summary>
    public static readonly CronField DayOfWeek = new("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    /// <summary>Every value that it may hold, as bits.</summary>
    public ulong All { get; } = Bits(Min, Max, 1);

    /// <summary>The values after which it begins again: a week has seven days, whatever Sunday is called.</summary>
    public int Count => ReferenceEquals(this, DayOfWeek) ? 7 : Max - Min + 1;

    /// <summary>What a hash chooses from: no day that some months lack.</summary>
    public int MaxHashed => ReferenceEquals(this, DayOfMonth) ? 28 : ReferenceEquals(this, DayOfWeek) ? 6 : Max;

    public static ulong Bits(int from, int to, int step)
    {
        var bits = 0UL;
        for (var value = from; value <= to; value += step) bits |= 1UL << value;
        return bits;
    }
}
