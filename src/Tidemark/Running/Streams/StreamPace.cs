namespace Tidemark.Running;

/// <summary>How far a stream has come lately: over a recent window, and over the newer half of it. Saved with each checkpoint, so that every process can tell.</summary>
/// <param name="Items">Settled within the window.</param>
/// <param name="Ms">The window's length in milliseconds.</param>
/// <param name="NewerItems">Settled within its newer half.</param>
/// <param name="NewerMs">The newer half's length in milliseconds.</param>
internal readonly record struct StreamPace(long Items, long Ms, long NewerItems, long NewerMs);

/// <summary>Watches a count grow. Used by one caller at a time.</summary>
internal sealed class PaceWindow(TimeProvider time)
{
    static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(500); // two samples at least: bounds their number, however often it is asked
    static readonly TimeSpan Least = TimeSpan.FromSeconds(3);
    const long LeastItems = 5;

    readonly Queue<Sample> samples = new();
    Sample last;
    StreamPace? pace;

    /// <summary>What the last <see cref="Note"/> answered.</summary>
    public StreamPace? Latest => pace;

    /// <summary>Notes how many are settled by now, and answers how fast that was; null while the window is too short to say.</summary>
    public StreamPace? Note(long settled)
    {
        var now = new Sample(time.GetTimestamp(), settled);
        if (samples.Count > 0 && time.GetElapsedTime(last.At, now.At) < Apart) return pace;
        samples.Enqueue(last = now);
        while (samples.Count > 2 && time.GetElapsedTime(samples.Peek().At, now.At) > Window) samples.Dequeue();
        return pace = Look();
    }

    StreamPace? Look()
    {
        var whole = Since(samples.Peek());
        if (whole.Ms < Least.TotalMilliseconds || whole.Items < LeastItems) return null;
        var newer = Since(samples.ElementAt(samples.Count / 2));
        if (newer.Ms < Least.TotalMilliseconds) newer = whole; // too short to say anything else
        return new(whole.Items, whole.Ms, newer.Items, newer.Ms);
    }

    (long Items, long Ms) Since(Sample from) => (last.Settled - from.Settled, (long)time.GetElapsedTime(from.At, last.At).TotalMilliseconds);

    readonly record struct Sample(long At, long Settled);
}
