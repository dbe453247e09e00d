using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Scheduling.Calendar;

/// <summary>Schedules as people say them, compared minute by minute around the changes of zones' clocks (<see cref="ClockChanges"/>).</summary>
public sealed class CalendarZoneTests(ITestOutputHelper output)
{
    [Fact]
    public void Around_every_change_of_a_clock_a_time_of_day_is_met_once_or_where_it_is_missing_at_the_first_instant_after()
    {
        var random = new Random(20_000_101);
        var (compared, met) = (0, 0);
        foreach (var (zone, at) in ClockChanges.Draw(random))
        {
            for (var rules = ClockChanges.Rules * 5; rules > 0; rules--, compared++)
                met += Compare(new(random, zone, at), zone, at.AddHours(-random.Next(1, 40)), at.AddHours(random.Next(1, 40)));
        }
        output.WriteLine($"{compared:N0} rules, {met:N0} occurrences");
        Assert.True(met > compared / 4, $"Only {met} occurrences of {compared} rules: the sweep looks where nothing is.");
    }

    static int Compare(CalendarByMinute rule, TimeZoneInfo zone, DateTime from, DateTime until)
    {
        var found = new List<DateTime>();
        for (var at = rule.Schedule.Next(new(from)); at is { } next && next.UtcDateTime <= until; at = rule.Schedule.Next(next)) found.Add(next.UtcDateTime);
        Assert.True(rule.Occurrences(from, until) is var expected && expected.SequenceEqual(found),
            $"'{rule.Schedule}' in {zone.Id} from {from:s}Z until {until:s}Z\nexpected {Told(expected)}\nfound    {Told(found)}");
        return found.Count;
    }

    static string Told(IEnumerable<DateTime> instants) => string.Join(", ", instants.Select(at => at.ToString("s", CultureInfo.InvariantCulture)));
}
