using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Scheduling;

public sealed class RuleTests
{
    public static TheoryData<string, string, string> Rules => new()
    {
        { "cron 30 2 * * *; in Europe/Rome", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z" }, // 02:30 does not exist: the first instant that does
        { "cron 30 2 * * *; in Europe/Rome", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z" }, // comes twice: once
        { "every 6h from 2026-03-28T21:00:00Z; in Europe/Rome", "2026-03-28T22:00:00Z", "2026-03-29T03:00:00Z 2026-03-29T09:00:00Z" }, // physical time
        { "every 1500ms from 2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:01.500Z 2026-01-01T00:00:03Z" },
        { "every 1d from 2026-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2026-01-01T00:00:00Z 2026-01-02T00:00:00Z" },
        { "at 2026-01-01T00:00:00Z,2026-01-03T00:00:00.250Z", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z 2026-01-03T00:00:00.250Z -" },
        { "cron 0 9 * * *; in Asia/Kathmandu; except 2026-01-02..2026-01-04,2026-01-06", "2026-01-01T00:00:00Z", "2026-01-01T03:15:00Z 2026-01-05T03:15:00Z 2026-01-07T03:15:00Z" },
        { "cron * * * * * *; except 2026-01-02..2026-02-27", "2026-01-01T23:59:58Z", "2026-01-01T23:59:59Z 2026-02-28T00:00:00Z" },
        { "cron 0 0 * * *; start 2026-01-05T00:00:00Z; end 2026-01-06T00:00:00Z; jitter 5m", "2025-01-01T00:00:00Z", "2026-01-05T00:00:00Z 2026-01-06T00:00:00Z -" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_is_read_as_it_is_written_and_gives_its_instants(string definition, string after, string expected)
    {
        var rule = Schedule.Parse(definition);
        Assert.Equal(definition, rule.Definition);
        var next = (DateTimeOffset?)DateTimeOffset.Parse(after, CultureInfo.InvariantCulture);
        foreach (var instant in expected.Split(' '))
        {
            next = rule.Next(next!.Value);
            Assert.Equal(instant == "-" ? null : DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture), next);
        }
    }

    [Fact]
    public void What_people_say_becomes_a_definition()
    {
        Assert.Equal("cron 0 2 * * *; in Asia/Kathmandu", Every.Day.At(02, 00).In("Asia/Kathmandu").Definition);
        Assert.Equal("cron 15 30 7 * * MON-FRI", Every.Weekday.At(7, 30, 15).Definition);
        Assert.Equal("cron 0 8 * * 0,1", Every.WeekOn(DayOfWeek.Monday, DayOfWeek.Sunday).At(8, 0).Definition);
        Assert.Equal("cron 0 8 1,15 * *", Every.MonthOn(15, 1).At(8, 0).Definition);
        Assert.Equal("cron 0 8 L * *", Every.MonthEnd.At(8, 0).Definition);
        Assert.Equal("every 90s", Every.Seconds(90).Definition);
        Assert.Equal("every 6h from 2026-01-01T00:00:00Z", Every.Hours(6).From(new(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1))).Definition);
        Assert.Equal("after 1d", Every.Days(1).AfterCompletion().Definition);
        Assert.Equal("cron 0 2 * * *; except 2026-12-24..2027-01-02,2027-05-01", Every.Day.At(2, 0).Except(new DateOnly(2027, 5, 1)).ExceptFrom(new(2026, 12, 24), new(2027, 1, 2)).Definition);
        Assert.Equal("At 02:00, by the clock of Asia/Kathmandu", Every.Day.At(2, 0).In("Asia/Kathmandu").Describe());
        Assert.Equal("Every 6 hours, counted from its first declaration", Every.Hours(6).Describe());
    }

    [Fact]
    public void What_says_nothing_is_refused_where_it_is_said()
    {
        Assert.Equal(2, Assert.Throws<CronFormatException>(() => Schedule.Cron("0 25 * * *")).Position);
        Assert.Contains("Asia/Katmandoo", Assert.Throws<ArgumentException>(() => Every.Day.At(2, 0).In("Asia/Katmandoo")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Every.Day.At(24, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Every.Interval(TimeSpan.FromMilliseconds(999)));
        Assert.Throws<InvalidOperationException>(() => Every.Day.At(2, 0).From(DateTimeOffset.UnixEpoch));
        Assert.Contains("From", Assert.Throws<InvalidOperationException>(() => Every.Hours(6).Next(DateTimeOffset.UnixEpoch)).Message, StringComparison.Ordinal);
        foreach (var text in (string[])["", "hourly", "every", "every 0s", "every 5x", "cron 0 2 * * *; at noon", "at noon", "cron 0 2 * * *; in Nowhere", "cron 0 2 * * *; except 2026-13-01"])
            Assert.ThrowsAny<FormatException>(() => Schedule.Parse(text));
    }

    [Fact]
    public void Jitter_is_the_same_everywhere_and_other_for_others()
    {
        var rule = Every.Hours(1).From(DateTimeOffset.UnixEpoch).Jitter(TimeSpan.FromMinutes(10)).Rule;
        var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var offsets = Enumerable.Range(0, 1_000).Select(number => (rule.DueAt(at, $"schedule-{number}") - at).TotalMinutes).ToList();
        Assert.All(offsets, offset => Assert.InRange(offset, 0, 9.9999));
        Assert.InRange(offsets.Average(), 4.5, 5.5);
        Assert.True(offsets.Distinct().Count() > 990);
        Assert.Equal(rule.DueAt(at, "nightly"), Schedule.Parse(new Schedule(rule).Definition).Rule.DueAt(at, "nightly"));
    }
}
