using Tidemark;

namespace SimReconciliation.Watch;

/// <summary>What an operator wants to know, in two lines: is it moving, when will it end, what went wrong, what does a stop cost now?</summary>
internal static class ProgressText
{
    private const int BarWidth = 24;

    /// <summary>The first line with a bar, the second with the rest.</summary>
    public static string[] Live(JobStatus job, DateTimeOffset now) =>
        [$"{Bar(job)} {Position(job)}{Speed(job)}", $"  {Condition(job, now)}"];

    /// <summary>All in one line, for files and pipes.</summary>
    public static string Line(JobStatus job, DateTimeOffset now) => $"{Position(job)}{Speed(job)} · {Condition(job, now)}";

    /// <summary>Items settled as of the last checkpoint, or live.</summary>
    public static long Settled(StreamStatus stream) => stream.Done + stream.Quarantined;

    public static string Position(JobStatus job)
    {
        if (job.Streams is not [var stream, ..])
            return "nothing done yet";
        var of = stream.Total is { } total ? $" of {total:N0} SIMs, {Share(stream):P0}" : " SIMs";
        return $"{Settled(stream):N0}{of}";
    }

    private static string Bar(JobStatus job)
    {
        var full = job.Streams is [var stream, ..] ? (int)(Share(stream) * BarWidth) : 0;
        return new string('█', full) + new string('░', BarWidth - full);
    }

    private static double Share(StreamStatus stream) => stream.Total is > 0 and var total ? Math.Min(1, Settled(stream) / (double)total) : 0;

    private static string Speed(JobStatus job)
    {
        if (job.Streams is not [var stream, ..])
            return "";
        var rate = stream.Rate is { } recent ? $" · {recent:N0}/s" : "";
        return stream.Left is var (least, most) ? $"{rate} · {Words.Range(least, most)} left" : rate;
    }

    private static string Condition(JobStatus job, DateTimeOffset now)
    {
        var parts = new List<string>();
        if (job.State == JobState.Parked)
            parts.Add(job.DueAt is { } due ? $"parked until {Words.Instant(due)} ({Words.Of(due - now)}): {job.Reason}" : $"parked until woken: {job.Reason}");
        else if (job.State == JobState.Pending)
            parts.Add(job.DueAt > now ? $"next try in {Words.Of(job.DueAt.Value - now)}: {job.Reason}" : "starts as soon as the worker has room");
        if (job.Streams is not [var stream, ..])
            return string.Join(" · ", parts.DefaultIfEmpty("stop now: nothing to redo"));
        if (stream.StopNow is var (items, time))
            parts.Add(items == 0 ? "stop now: nothing to redo" : $"stop now: redo ≤ {Words.Count(items, "SIM")} ({Words.Of(time)})");
        if (stream.Quarantined > 0)
            parts.Add($"{stream.Quarantined:N0} in quarantine");
        if (stream.Retried > 0)
            parts.Add($"{Words.Count(stream.Retried, "SIM")} tried again");
        return string.Join(" · ", parts);
    }
}
