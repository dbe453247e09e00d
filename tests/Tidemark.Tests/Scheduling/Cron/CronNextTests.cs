using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Scheduling.Cron;

/// <summary>The next occurrence, without a zone first, then at the edges of zones.</summary>
public sealed class CronNextTests
{
    [Theory]
    // Strictly later, to the second.
    [InlineData("* * * * *", "2026-01-01 00:00:00", "2026-01-01 00:01:00")]
    [InlineData("* * * * * *", "2026-01-01 00:00:00", "2026-01-01 00:00:01")]
    [InlineData("59 59 23 31 12 *", "2026-01-01 00:00:00", "2026-12-31 23:59:59")]
    [InlineData("30 4 * * *", "2026-01-01 04:30:00", "2026-01-02 04:30:00")]
    [InlineData("30 4 * * *", "2026-01-01 04:29:59", "2026-01-01 04:30:00")]
    [InlineData("5,10 4,5 * * *", "2026-01-01 04:10:00", "2026-01-01 05:05:00")]
    // Days, months, leap years.
    [InlineData("0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00:00")]
    [InlineData("0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01 00:00:00", "2104-02-29 00:00:00")]
    [InlineData("0 0 29 2 MON", "2072-03-01 00:00:00", "2112-02-29 00:00:00")]
    [InlineData("0 0 30 2 *", "2026-01-01 00:00:00", null)]
    [InlineData("0 0 * * SUN", "2026-01-01 00:00:00", "2026-01-04 00:00:00")]
    [InlineData("0 0 13 * FRI", "2026-01-01 00:00:00", "2026-02-13 00:00:00")]
    [InlineData("* * * * *", "9999-12-31 23:59:00", null)]
    // The last.
    [InlineData("0 0 L * *", "2026-02-01 00:00:00", "2026-02-28 00:00:00")]
    [InlineData("0 0 L * *", "2024-02-28 00:00:00", "2024-02-29 00:00:00")]
    [InlineData("0 0 L-1 * *", "2026-04-01 00:00:00", "2026-04-29 00:00:00")]
    [InlineData("0 0 L-30 * *", "2026-02-01 00:00:00", "2026-03-01 00:00:00")]
    [InlineData("0 0 15,L * *", "2026-04-15 00:00:00", "2026-04-30 00:00:00")]
    // The nearest weekday, in the same month.
    [InlineData("0 0 15W * *", "2026-02-01 00:00:00", "2026-02-16 00:00:00")]
    [InlineData("0 0 14W * *", "2026-02-01 00:00:00", "2026-02-13 00:00:00")]
    [InlineData("0 0 1W * *", "2026-07-31 00:00:00", "2026-08-03 00:00:00")]
    [InlineData("0 0 31W 5 *", "2026-05-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 31W * *", "2026-02-01 00:00:00", "2026-03-31 00:00:00")]
    [InlineData("0 0 LW * *", "2026-02-01 00:00:00", "2026-02-27 00:00:00")]
    [InlineData("0 0 L-2W * *", "2026-05-01 00:00:00", "2026-05-29 00:00:00")]
    // The nth and the last of a weekday.
    [InlineData("0 0 * * MON#1", "2026-01-05 00:00:00", "2026-02-02 00:00:00")]
    [InlineData("0 0 * * 5#5", "2026-02-01 00:00:00", "2026-05-29 00:00:00")]
    [InlineData("0 0 * * FRIL", "2026-02-01 00:00:00", "2026-02-27 00:00:00")]
    [InlineData("0 0 * * 7L", "2026-03-01 00:00:00", "2026-03-29 00:00:00")]
    [InlineData("0 0 * * TUE,FRI#2", "2026-01-07 00:00:00", "2026-01-09 00:00:00")]
    public void On_a_plain_calendar(string expression, string after, string? next) =>
        Assert.Equal(next is null ? null : Utc(next), CronExpression.Parse(expression).Next(Utc(after), TimeZoneInfo.Utc));

    [Theory]
    // Set forward: 02:00 to 02:59 are missing on 8 March 2026.
    [InlineData("30 2 * * *", "2026-03-08T01:59:00-05:00", "2026-03-08T03:00:00-04:00")]
    [InlineData("30 2 * * *", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00")]
    [InlineData("0,30 2 * * *", "2026-03-07T02:30:00-05:00", "2026-03-08T03:00:00-04:00")]
    [InlineData("*/30 * * * *", "2026-03-08T01:30:00-05:00", "2026-03-08T03:00:00-04:00")]
    [InlineData("*/30 * * * *", "2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00")]
    // Set back: 01:00 to 01:59 come twice on 1 November 2026.
    [InlineData("30 1 * * *", "2026-11-01T00:59:00-04:00", "2026-11-01T01:30:00-04:00")]
    [InlineData("30 1 * * *", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00")]
    [InlineData("30 1 * * *", "2026-11-01T01:10:00-05:00", "2026-11-02T01:30:00-05:00")]
    [InlineData("*/30 * * * *", "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00")]
    [InlineData("*/30 * * * *", "2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00")]
    [InlineData("*/30 1 * * *", "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00")]
    public void In_New_York(string expression, string after, string next) => At("America/New_York", expression, after, next);

    [Fact]
    public void A_day_that_was_left_out_is_met_at_the_change_and_an_odd_offset_is_its_own()
    {
        At("Pacific/Apia", "0 12 30 * *", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00");
        At("Asia/Kathmandu", "0 2 * * *", "2026-01-01T00:00:00+05:45", "2026-01-01T02:00:00+05:45");
        At("Australia/Lord_Howe", "15 2 * * *", "2026-10-04T01:59:00+10:30", "2026-10-04T02:30:00+11:00"); // by half an hour
    }

    static void At(string zone, string expression, string after, string next)
    {
        var found = CronExpression.Parse(expression).Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone));
        Assert.Equal(next, found?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
    }

    static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
