namespace Tidemark.Running;

/// <summary>Ticks told on as whole milliseconds with nothing lost: what a fast item leaves over comes with a later one.</summary>
internal sealed class WholeMilliseconds(long ticksPerSecond)
{
    long left; // thousandths of ticks

    /// <summary>So many ticks, rounded down. Seconds first: a thousand times the ticks of many lanes over days is more than a number holds.</summary>
    public static long Of(long ticks, long ticksPerSecond) => ticks / ticksPerSecond * 1_000 + ticks % ticksPerSecond * 1_000 / ticksPerSecond;

    /// <summary>The milliseconds that are to be told now.</summary>
    public long Add(long more)
    {
        left += more % ticksPerSecond * 1_000;
        var (milliseconds, rest) = Math.DivRem(left, ticksPerSecond);
        left = rest;
        return more / ticksPerSecond * 1_000 + milliseconds;
    }
}
