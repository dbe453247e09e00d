namespace Tidemark.Benchmarks;

/// <summary>Cron expressions on one core: how many are read a second, and how many next occurrences are found.</summary>
internal static class CronMeasurement
{
    const int Times = 2_000_000;
    static readonly string[] Expressions = ["* * * * *", "*/5 * * * *", "30 4 * * *", "0 9-17 * * MON-FRI", "0 0 L * *", "0 0 * * FRI#2", "15,45 8-18/2 1-15 */3 *", "0 0 29 2 *"];

    public static Task RunAsync(int rounds)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        for (var round = 0; round < rounds; round++)
        {
            var parsed = Rate(expression => CronExpression.Parse(expression));
            var crons = Array.ConvertAll(Expressions, expression => CronExpression.Parse(expression));
            Console.WriteLine($"cron: parse {parsed:N0}/s, next in UTC {Next(crons, TimeZoneInfo.Utc):N0}/s, in {zone.Id} {Next(crons, zone):N0}/s");
        }
        return Task.CompletedTask;
    }

    static double Rate(Func<string, CronExpression> parse)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < Times; n++) parse(Expressions[n % Expressions.Length]);
        return Times / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    static double Next(CronExpression[] crons, TimeZoneInfo zone)
    {
        var at = Array.ConvertAll(crons, _ => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < Times; n++)
        {
            var which = n % crons.Length;
            at[which] = crons[which].Next(at[which], zone) ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        }
        return Times / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
