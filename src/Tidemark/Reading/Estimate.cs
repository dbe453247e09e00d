using Tidemark.Running;

namespace Tidemark.Reading;

/// <summary>What a stream's pace lets one say, everywhere the same: items a second, and how long the rest will take as a range.</summary>
/// <param name="PerSecond">Items settled a second; null: not known.</param>
/// <param name="Left">By the slower and the faster of the whole window and its newer half; null: not known well enough to be said.</param>
internal readonly record struct Estimate(double? PerSecond, EtaRange? Left)
{
    static readonly TimeSpan Farthest = TimeSpan.FromDays(3_650);
    const long MostQuietMs = 10_000;

    /// <summary>Of a stored stream whose job is in the given state. What holds the job is added to what is left.</summary>
    public static Estimate Of(StreamReading stream, JobReading job, DateTimeOffset now)
    {
        if (stream.Ended || job.State is not (JobState.Running or JobState.Pending or JobState.Parked)) return default;
        var left = stream.Counters.Total - stream.Counters.Done - stream.Counters.Quarantined;
        if (job.State == JobState.Running || stream is { Partitions.Length: > 0, Live: not null }) return Of(stream.Pace, now - stream.SavedAt, left);
        if (job.DueAt is not { } due || Of(stream.Pace, TimeSpan.Zero, left).Left is not { } rest) return default; // nobody knows when it will be woken
        var held = due > now ? due - now : TimeSpan.Zero;
        return new(null, new(held + rest.Low, held + rest.High));
    }

    /// <summary>Of a pace that was measured so long ago. Saves come now and then: only a silence longer than they are usually apart counts as standing still.</summary>
    public static Estimate Of(StreamPace? pace, TimeSpan age, long? left)
    {
        if (pace is not { } known) return default;
        var quiet = Math.Max(0, (long)age.TotalMilliseconds - Math.Max(known.NewerMs, MostQuietMs));
        var (whole, newer) = (Rate(known.Items, known.Ms + quiet), Rate(known.NewerItems, known.NewerMs + quiet));
        var (slow, fast) = (Math.Min(whole, newer), Math.Max(whole, newer));
        return new(whole, left is { } items && slow > 0 && items / slow < Farthest.TotalSeconds
            ? new(TimeSpan.FromSeconds(Math.Max(0, items) / fast), TimeSpan.FromSeconds(Math.Max(0, items) / slow))
            : null);
    }

    static double Rate(long items, long ms) => items * 1_000.0 / Math.Max(1, ms);
}
