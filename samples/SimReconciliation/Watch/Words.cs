namespace SimReconciliation.Watch;

/// <summary>Durations and counts for people.</summary>
internal static class Words
{
    public static string Of(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => $"{Math.Max(0, time.TotalSeconds):0.0} s",
        < 100 => $"{time.TotalSeconds:0} s",
        < 6_000 => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    public static string Range(TimeSpan least, TimeSpan most)
    {
        var (from, to) = (Of(Rounded(least)), Of(Rounded(most)));
        return from == to ? from : $"{from} to {to}";
    }

    public static string Count(long count, string one) => $"{count:N0} {one}{(count == 1 ? "" : "s")}";

    public static string Instant(DateTimeOffset instant) => $"{instant.UtcDateTime:HH:mm:ss}Z";

    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromSeconds(Math.Max(1, Math.Round(time.TotalSeconds)));
}
