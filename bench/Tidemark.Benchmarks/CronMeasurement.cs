using Peer = Quartz.CronExpression;

namespace Tidemark.Benchmarks;

/// <summary>Cron expressions on one core: how many are read a second, and how many next occurrences are found; beside Quartz, which reads and finds the same.</summary>
internal static class CronMeasurement
{
    const int Times = 2_000_000;
    const int PeerTimes = 200_000; // it takes its time
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // The same in both languages.
    static readonly (string Ours, string Theirs)[] Expressions =
    [
        ("* * * * *", "0 * * * * ?"), ("*/5 * * * *", "0 */5 * * * ?"), ("30 4 * * *", "0 30 4 * * ?"), ("0 9-17 * * MON-FRI", "0 0 9-17 ? * MON-FRI"),
        ("0 0 L * *", "0 0 0 L * ?"), ("0 0 * * FRI#2", "0 0 0 ? * 6#2"), ("15,45 8-18/2 1-15 */3 *", "0 15,45 8-18/2 1-15 */3 ?"), ("0 0 29 2 *", "0 0 0 29 2 ?"),
    ];

    public static Task RunAsync(int rounds)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York");
        Agree(zone);
        for (var round = 0; round < rounds; round++)
        {
            Tell("parse", "", "goal 1,000,000/s", Parsed(Times, which => CronExpression.Parse(Expressions[which].Ours)), Parsed(PeerTimes, which => new Peer(Expressions[which].Theirs)));
            foreach (var place in (TimeZoneInfo[])[TimeZoneInfo.Utc, zone])
            {
                Tell("next in ", place.Id, "goal 2,000,000/s", Found(Times, Ours(place)), Found(PeerTimes, Theirs(place)));
            }
        }
        return Task.CompletedTask;
    }

    static void Tell(string what, string where, string goal, double ours, double theirs) =>
        Console.WriteLine($"cron: {what + where,-24} {ours,12:N0}/s   Quartz {theirs,10:N0}/s   {ours / theirs,6:0.0} x   {goal}");

    static Func<DateTimeOffset, DateTimeOffset?>[] Ours(TimeZoneInfo zone) => Array.ConvertAll(Expressions, expression =>
    {
        var cron = CronExpression.Parse(expression.Ours);
        return new Func<DateTimeOffset, DateTimeOffset?>(after => cron.Next(after, zone));
    });

    static Func<DateTimeOffset, DateTimeOffset?>[] Theirs(TimeZoneInfo zone) => Array.ConvertAll(Expressions, expression =>
    {
        var cron = new Peer(expression.Theirs, zone);
        return new Func<DateTimeOffset, DateTimeOffset?>(cron.GetNextValidTimeAfter);
    });

    // A comparison of two that do not do the same says nothing. Around a change of the clock they mean to differ.
    static void Agree(TimeZoneInfo zone)
    {
        var (ours, theirs) = (Ours(zone), Theirs(zone));
        for (var which = 0; which < ours.Length; which++)
        {
            var at = Start;
            for (var step = 0; step < 1_000 && at < Start.AddDays(60); step++)
            {
                var (our, their) = (ours[which](at), theirs[which](at));
                if (our?.UtcDateTime != their?.UtcDateTime) throw new InvalidOperationException($"After {at:O} the next of '{Expressions[which].Ours}' is {our:O}, and Quartz says {their:O}.");
                at = our!.Value;
            }
        }
    }

    static double Parsed(int times, Func<int, object> parse)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < times; n++) parse(n % Expressions.Length);
        return times / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    static double Found(int times, Func<DateTimeOffset, DateTimeOffset?>[] next)
    {
        var at = Array.ConvertAll(next, _ => Start);
        var began = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < times; n++)
        {
            var which = n % next.Length;
            at[which] = next[which](at[which]) is { Year: < 2090 } found ? found : Start; // Quartz ends with the century
        }
        return times / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }
}
