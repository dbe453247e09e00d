using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Scheduling.Cron;

/// <summary>
/// Random rules, compared minute by minute around the changes of zones' clocks. TIDEMARK_CRON_RULES says how many rules each change meets (1), and
/// TIDEMARK_CRON_CHANGES how many changes (200 of them, drawn by one seed; 0: every change of every zone from 2000 to 2037).
/// </summary>
public sealed class CronZoneTests
{
    static readonly DateTime First = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc), Last = new(2037, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Around_every_change_of_a_clock_the_next_occurrence_is_the_next_minute_that_fits()
    {
        var random = new Random(20_371_231);
        var changes = Changes().ToArray();
        Assert.True(changes.Length > 5_000, "The machine knows hardly any zones: install tzdata.");
        random.Shuffle(changes);
        var most = Number("TIDEMARK_CRON_CHANGES", 200);
        foreach (var (zone, at) in changes.Take(most == 0 ? changes.Length : most))
        {
            for (var rules = Number("TIDEMARK_CRON_RULES", 1); rules > 0; rules--) Compare(new(random), zone, at.AddHours(-random.Next(1, 40)), at.AddHours(random.Next(1, 40)));
        }
    }

    static void Compare(MinuteByMinute rule, TimeZoneInfo zone, DateTime from, DateTime until)
    {
        var expression = CronExpression.Parse(rule.Text);
        var found = new List<DateTime>();
        for (var at = expression.Next(new DateTimeOffset(from), zone); at is { } next && next.UtcDateTime <= until; at = expression.Next(next, zone)) found.Add(next.UtcDateTime);
        Assert.True(rule.Occurrences(zone, from, until) is var expected && expected.SequenceEqual(found),
            $"'{rule.Text}' in {zone.Id} from {from:s}Z until {until:s}Z\nexpected {Told(expected)}\nfound    {Told(found)}");
    }

    static IEnumerable<(TimeZoneInfo Zone, DateTime At)> Changes() =>
        from zone in TimeZoneInfo.GetSystemTimeZones()
        from day in Enumerable.Range(0, (Last - First).Days)
        let morning = First.AddDays(day)
        where zone.GetUtcOffset(morning) != zone.GetUtcOffset(morning.AddDays(1))
        select (zone, morning.AddHours(12));

    static string Told(IEnumerable<DateTime> instants) => string.Join(", ", instants.Take(40).Select(at => at.ToString("s", CultureInfo.InvariantCulture)));

    static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
