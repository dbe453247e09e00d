namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// From which rank on a claim looks in each lane, where looking from the bottom has become slow: while somebody holds an old snapshot open, the
/// index entries of all that was claimed since lie below, dead, and each look from the bottom passes them one by one. What comes to lie below the
/// water (a retry, a higher priority from another process) is found by the next look from the bottom, and there is one whenever a claim is not
/// filled, and in good time: looking from the bottom takes a twentieth of the time at most. A quick one leaves no water.
/// </summary>
internal sealed class LowWater
{
    const long Slow = 10; // milliseconds that a look from the bottom may take
    const long Share = 20;

    readonly Lock sync = new();
    readonly Dictionary<long, long> lows = [];
    long until;

    /// <summary>The next look is one from the bottom.</summary>
    public bool IsFromBottom => Now().Lanes.Length == 0;

    /// <summary>The lanes and their low water; empty: look from the bottom.</summary>
    public (long[] Lanes, long[] Lows) Now()
    {
        lock (sync)
        {
            return Environment.TickCount64 < until ? ([.. lows.Keys], [.. lows.Values]) : ([], []);
        }
    }

    /// <summary>A look from the bottom has taken so many milliseconds and found these, each the last of its lane.</summary>
    public void Found(IEnumerable<(long Lane, long Rank)> last, long looked)
    {
        lock (sync)
        {
            lows.Clear();
            until = looked < Slow ? 0 : Environment.TickCount64 + looked * Share;
            foreach (var (lane, rank) in last) lows[lane] = rank;
        }
    }

    /// <summary>A look from the water on has found these.</summary>
    public void Rise(IEnumerable<(long Lane, long Rank)> last)
    {
        lock (sync)
        {
            foreach (var (lane, rank) in last)
            {
                if (lows.TryGetValue(lane, out var low) && rank > low) lows[lane] = rank;
            }
        }
    }

    /// <summary>Something may have come to lie below.</summary>
    public void Forget()
    {
        lock (sync) until = 0;
    }
}
