using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Scheduling.Cron;

/// <summary>Random rules, compared minute by minute around the changes of zones' clocks (<see cref="ClockChanges"/>).</summary>
public sealed class CronZoneTests
{
    [Fact]
    public void Around_every_change_of_a_clock_the_next_occurrence_is_the_next_minute_that_fits()
    {
        var random = new Random(20_371_231);
        foreach (var (zone, at) in ClockChanges.Draw(random))
        {
            for (var rules = ClockChanges.Rules; rules > 0; rules--) Compare(new(random), zone, at.AddHours(-random.Next(1, 40)), at.AddHours(random.Next(1, 40)));
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

    static string Told(IEnumerable<DateTime> instants) => string.Join(", ", instants.Take(40).Select(at => at.ToString("s", CultureInfo.InvariantCulture)));
}
