using Tidemark.Cli.Output;

namespace Tidemark.Cli.Runs;

/// <summary>How fast a run has been lately, and how far that lets one guess. Used by one caller at a time.</summary>
internal sealed class RateWindow(TimeProvider time)
{
    const int MostSamples = 120;
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Least = TimeSpan.FromSeconds(3);
    const long LeastItems = 5;

    readonly Queue<(long At, long Settled)> _samples = new();
    (long At, long Settled) _newest;

    /// <summary>Items a second over the window; null while it is too short to say.</summary>
    internal double? PerSecond { get; private set; }

    internal void Add(long settled)
    {
        _newest = (time.GetTimestamp(), settled);
        _samples.Enqueue(_newest);
        while (_samples.Count > MostSamples || (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, _newest.At) > Window)) _samples.Dequeue();
        PerSecond = Rate(_samples.Peek());
    }

    /// <summary>What is left, by the slower and the faster of the whole window and its newer half.</summary>
    internal EtaRange? Left(long items)
    {
        if (PerSecond is not { } whole || Rate(_samples.ElementAt(_samples.Count / 2)) is not { } newer) return null;
        var (slow, fast) = (Math.Min(whole, newer), Math.Max(whole, newer));
        if (slow <= 0 || items / slow > TimeSpan.FromDays(3650).TotalSeconds) return null;
        return new EtaRange(TimeSpan.FromSeconds(Math.Max(0, items) / fast), TimeSpan.FromSeconds(Math.Max(0, items) / slow));
    }

    double? Rate((long At, long Settled) since)
    {
        var span = time.GetElapsedTime(since.At, _newest.At);
        var items = _newest.Settled - since.Settled;
        return span >= Least && items >= LeastItems ? items / span.TotalSeconds : null;
    }
}
