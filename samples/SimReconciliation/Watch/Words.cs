namespace SimReconciliation.Watch;

/// <summary>Durations and counts for people.</summary>
internal static class Words
{
    public static string Of(TimeSpan time) => time.TotalSeconds switch
    {
        <= 0 => "0 s",
        < 1 => $"{Math.Ceiling(time.TotalMilliseconds):0} ms",
        < 10 => $"{time.TotalSeconds:0.0} s",
        < 100 => $"{time.TotalSeconds:0} s",
        < 6_000 => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    /// <summary>Whole seconds: an estimate has no tenths.</summary>
    public static string Range(TimeSpan least, TimeSpan most)
    {
        var (from, to) = (Rounded(least), Rounded(most));
        return from == to ? Whole(from) : to.TotalSeconds < 100 ? $"{from.TotalSeconds:0} to {Whole(to)}" : $"{Whole(from)} to {Whole(to)}";
    }

    public static string Count(long count, string one) => $"{count:N0} {one}{(count == 1 ? "" : "s")}";

    public static string Instant(DateTimeOffset instant) => $"{instant.UtcDateTime:HH:mm:ss}Z";

    private static string Whole(TimeSpan time) => time.TotalSeconds < 10 ? $"{time.TotalSeconds:0} s" : Of(time);

    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromSeconds(Math.Max(1, Math.Round(time.TotalSeconds)));
}
