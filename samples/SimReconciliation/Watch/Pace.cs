namespace SimReconciliation.Watch;

/// <summary>How fast a run is: over a recent window, and over all that was watched, waits included. The two make the range of the ETA.</summary>
internal sealed class Pace(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestView = TimeSpan.FromSeconds(2);
    private readonly Queue<(long At, long Settled)> recent = new();
    private (long At, long Settled)? first;
    private (long At, long Settled) last;

    /// <summary>Notes how far the run is while it runs.</summary>
    public void Note(long settled)
    {
        last = (time.GetTimestamp(), settled);
        first ??= last;
        recent.Enqueue(last);
        while (time.GetElapsedTime(recent.Peek().At, last.At) > Window)
            recent.Dequeue();
    }

    /// <summary>The run stands still on purpose: what it did before says nothing about how fast it is after.</summary>
    public void Rest() => recent.Clear();

    /// <summary>Items a second over the last ten seconds; null until enough was seen.</summary>
    public double? Recent => recent.TryPeek(out var from) ? Rate(from, last) : null;

    /// <summary>The least and the most that the rest may take; null until it can be said.</summary>
    public (TimeSpan Least, TimeSpan Most)? Left(long remaining)
    {
        if (first is not { } start || Rate(start, (time.GetTimestamp(), last.Settled)) is not { } overall)
            return null;
        var (slow, fast) = Recent is { } now && now < overall ? (now, overall) : (overall, Math.Max(overall, Recent ?? 0));
        return slow > 0 ? (TimeSpan.FromSeconds(remaining / fast), TimeSpan.FromSeconds(remaining / slow)) : null;
    }

    private double? Rate((long At, long Settled) from, (long At, long Settled) to)
    {
        var seen = time.GetElapsedTime(from.At, to.At);
        return seen < ShortestView ? null : (to.Settled - from.Settled) / seen.TotalSeconds;
    }
}
