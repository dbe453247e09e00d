namespace Tidemark.Scheduling.Cron;

/// <summary>
/// A span of time in which a zone's clock is not changed, nor was in the day before it: there local times and instants differ by one offset, and no time
/// comes twice. Most walks never leave it, and need to ask the zone nothing.
/// </summary>
internal sealed class ZoneSpan
{
    static readonly TimeSpan Step = TimeSpan.FromHours(48); // less than ZoneWalk looks at at once: both see the same changes
    const int Steps = 20;

    readonly TimeZoneInfo zone;
    readonly long from, until; // ticks of UTC; the end is in it

    ZoneSpan(TimeZoneInfo zone, long from, long until, TimeSpan offset) => (this.zone, this.from, this.until, Offset) = (zone, from, until, offset);

    public TimeSpan Offset { get; }

    /// <summary>The span from an instant on, or null: the clock is changed near it.</summary>
    public static ZoneSpan? From(DateTime utc, TimeZoneInfo zone)
    {
        var walk = new ZoneWalk(zone);
        var offset = walk.OffsetAt(utc);
        if (walk.OffsetAt(ZoneWalk.Shift(utc, -ZoneWalk.Near)) != offset) return null;
        var end = utc;
        for (var steps = 0; steps < Steps && ZoneWalk.Shift(end, Step) is var next && walk.OffsetAt(next) == offset; steps++) end = next;
        return end == utc ? null : new(zone, utc.Ticks, end.Ticks, offset);
    }

    public bool Has(DateTime utc, TimeZoneInfo of) => utc.Ticks >= from && utc.Ticks <= until && ReferenceEquals(of, zone);
}
