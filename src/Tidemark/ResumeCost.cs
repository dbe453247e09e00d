namespace Tidemark;

/// <summary>
/// The most that an interruption may make a stream do again: its bound, stated before the run. From configuration: <c>ResumeCost:Items</c>,
/// <c>ResumeCost:Time</c> (<c>00:00:30</c>), or both.
/// </summary>
public sealed record ResumeCost
{
    /// <summary>The cap on items that a bound by time alone implies: memory and the redo list stay bounded.</summary>
    public const int ItemsImpliedByTime = 10_000;

    const int DefaultItems = 10, MostItems = 1_000_000;
    static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1), MostTime = TimeSpan.FromDays(1);

    readonly int? items;

    /// <summary>Ten items: the default. A new object each time: binding configuration into one leaves the others alone.</summary>
    public static ResumeCost Default => new();

    /// <summary>Handler time in the items settled since the last checkpoint and in those in flight, backoff excluded, from 1 ms to one day; null for no limit on time. May overshoot by the items in flight.</summary>
    // Before Items: a configuration binder reads and writes back what it finds no setting for, in this order, and the implied items must be read last.
    public TimeSpan? Time { get; init; }

    /// <summary>
    /// Items settled since the last checkpoint plus items in flight, 1 to 1,000,000. Left out: <see cref="ItemsImpliedByTime"/> where
    /// <see cref="Time"/> is set, else ten.
    /// </summary>
    public int Items
    {
        get => items ?? (Time is null ? DefaultItems : ItemsImpliedByTime);
        init => items = value;
    }

    /// <summary>A bound by items.</summary>
    /// <param name="items">1 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public static ResumeCost AtMost(int items)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, MostItems);
        return new() { Items = items };
    }

    /// <summary>A bound by handler time; at most <see cref="ItemsImpliedByTime"/> items.</summary>
    /// <param name="time">From 1 ms to one day.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public static ResumeCost AtMost(TimeSpan time) => AtMost(ItemsImpliedByTime, time);

    /// <summary>A bound by both: whichever is reached first.</summary>
    /// <param name="items">1 to 1,000,000.</param>
    /// <param name="time">From 1 ms to one day.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public static ResumeCost AtMost(int items, TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, LeastTime);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, MostTime);
        return AtMost(items) with { Time = time };
    }

    /// <summary>Equal bounds are equal, whether their items were said or implied.</summary>
    /// <param name="other">Another bound.</param>
    public bool Equals(ResumeCost? other) => other is not null && (Items, Time) == (other.Items, other.Time);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Items, Time);

    /// <inheritdoc/>
    public override string ToString() => Time is { } time ? $"{Items} items or {time.TotalSeconds:0.###} s" : $"{Items} items";

    internal IEnumerable<string> Faults(string where) => Setting.Faults($"{where}: ",
        new(nameof(Items), Items, 1, MostItems),
        new(nameof(Time), Time, LeastTime, MostTime, "for no limit"));
}
