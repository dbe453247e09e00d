namespace Tidemark.Scheduling.Cron;

/// <summary>A cron expression as bits, a bit a value. A day must be named by both the days of the month and those of the week.</summary>
internal struct CronMask
{
    public ulong Seconds, Minutes;
    public uint Hours;

    /// <summary>Bit 1 is January.</summary>
    public ushort Months;

    /// <summary>Bit 1 is the first.</summary>
    public uint Days;

    /// <summary>Days counted from the last, which is bit 0.</summary>
    public uint DaysFromLast;

    /// <summary>Days whose nearest weekday is meant; the same counted from the last.</summary>
    public uint Weekdays, WeekdaysFromLast;

    /// <summary>Bit 0 is Sunday.</summary>
    public byte DaysOfWeek;

    /// <summary>Bit 0 is the last Sunday of the month.</summary>
    public byte LastOfWeek;

    /// <summary>Bit 7 × (n − 1) + d is the nth of the day d.</summary>
    public ulong NthOfWeek;

    /// <summary>A second, minute or hour that is no plain list of values: its occurrences are a rhythm, which a clock set back does not stop.</summary>
    public bool IsInterval;
}
