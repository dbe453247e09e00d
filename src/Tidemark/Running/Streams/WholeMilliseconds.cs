namespace Tidemark.Running;

/// <summary>Ticks told on as whole milliseconds with nothing lost: what a fast item leaves over comes with a later one.</summary>
internal sealed class WholeMilliseconds(long ticksPerSecond)
{
    long ticks, told;

    /// <summary>The milliseconds that are to be told now.</summary>
    public long Add(long more)
    {
        ticks += more;
        var before = told;
        told = ticks * 1_000 / ticksPerSecond;
        return told - before;
    }
}
