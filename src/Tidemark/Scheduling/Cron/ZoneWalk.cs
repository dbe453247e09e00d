namespace Tidemark.Scheduling.Cron;

/// <summary>
/// From a wall clock's time to instants, by nothing but the zone's offset at an instant: what a zone says of local times that are missing or come
/// twice does not hold where it changed its standard time (a whole day was missing in Samoa).
/// </summary>
internal readonly ref struct ZoneWalk(TimeZoneInfo zone)
{
    /// <summary>So far from a change of its clock, a zone's local times are not touched by it.</summary>
    public static readonly TimeSpan Near = TimeSpan.FromHours(27); // no offset, and no change of one, reaches further

    public TimeSpan OffsetAt(DateTime utc) => zone.GetUtcOffset(utc);

    /// <summary>
    /// The instants at which the clock shows this time: one; two, the first and the second, where it is set back; or, where it is set forward and never
    /// shows it, the instant at which it is set.
    /// </summary>
    public (DateTime First, DateTime? Second) InstantsOf(DateTime local)
    {
        var (before, after) = (OffsetAt(Shift(local, -Near)), OffsetAt(Shift(local, Near)));
        var (byBefore, byAfter) = (Shift(local, -before), Shift(local, -after));
        if (before == after) return (byBefore, null);
        var (isBefore, isAfter) = (OffsetAt(byBefore) == before, OffsetAt(byAfter) == after);
        if (isBefore && isAfter) return (byBefore, byAfter); // set back: what was before comes first
        if (isBefore || isAfter) return (isBefore ? byBefore : byAfter, null);
        return (ChangeBetween(byAfter, byBefore), null);
    }

    /// <summary>
    /// If the clock shows this time twice, and the instant is the first: the time at which it is set back, as it shows it then, and its offset from there on.
    /// </summary>
    public (DateTime Local, TimeSpan Offset)? SecondPassAfter(DateTime utc, DateTime local)
    {
        if (InstantsOf(local) is not { Second: { } second } || second <= utc) return null;
        var change = ChangeBetween(utc, second);
        var offset = OffsetAt(change);
        return (Shift(change, offset), offset);
    }

    // The first instant with another offset than that of the first given one.
    DateTime ChangeBetween(DateTime from, DateTime to)
    {
        var former = OffsetAt(from);
        var (low, high) = (from.Ticks / TimeSpan.TicksPerSecond, to.Ticks / TimeSpan.TicksPerSecond);
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (OffsetAt(Utc(middle)) == former) low = middle;
            else high = middle;
        }
        return Utc(high);
    }

    static DateTime Utc(long seconds) => new(seconds * TimeSpan.TicksPerSecond, DateTimeKind.Utc);

    // At the ends of time there is nothing to be shifted to.
    public static DateTime Shift(DateTime time, TimeSpan by) => new(Math.Clamp(time.Ticks + by.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
}
