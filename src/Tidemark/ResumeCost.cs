namespace Tidemark;

/// <summary>The most that an interruption may make a stream do again: its bound, stated before the run.</summary>
/// <param name="Items">Items settled since the last checkpoint plus items in flight; at least 1.</param>
/// <param name="Time">Handler time in them, backoff excluded, or null for no limit on time. May overshoot by the items in flight.</param>
public sealed record ResumeCost(int Items, TimeSpan? Time)
{
    /// <summary>The cap on items that a bound by time alone implies: memory and the redo list stay bounded.</summary>
    public const int ItemsImpliedByTime = 10_000;

    /// <summary>Ten items: the default.</summary>
    public static ResumeCost Default { get; } = new(10, null);

    /// <summary>A bound by items.</summary>
    /// <param name="items">1 to 1,000,000.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public static ResumeCost AtMost(int items)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(items, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(items, 1_000_000);
        return new(items, null);
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
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromDays(1));
        return AtMost(items) with { Time = time };
    }

    /// <inheritdoc/>
    public override string ToString() => Time is { } time ? $"{Items} items or {time.TotalSeconds:0.###} s" : $"{Items} items";
}
