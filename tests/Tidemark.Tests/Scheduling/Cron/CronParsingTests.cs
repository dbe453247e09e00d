using Xunit;

namespace Tidemark.Tests.Scheduling.Cron;

/// <summary>What can be said, and where the fault is in what cannot.</summary>
public sealed class CronParsingTests
{
    [Theory]
    [InlineData("0 * * * *", "0 0-23 * * *")]
    [InlineData("*/20 * * * *", "0,20,40 * * * *")]
    [InlineData("50/4 * * * *", "50,54,58 * * * *")]
    [InlineData("10-30/10 * * * *", "10,20,30 * * * *")]
    [InlineData("58-2 * * * *", "58,59,0,1,2 * * * *")]
    [InlineData("45-15/15 * * * *", "45,0,15 * * * *")]
    [InlineData("0 23-01 * * *", "0 23,0,1 * * *")]
    [InlineData("0 0 * DEC-feb *", "0 0 * 1,2,12 *")]
    [InlineData("0 0 * * FRI-MON", "0 0 * * 5,6,0,1")]
    [InlineData("0 0 * * 7", "0 0 * * SUN")]
    [InlineData("0 0 * * 5-7", "0 0 * * 0,5,6")]
    [InlineData("0 0 ? * MON", "0 0 * * 1")]
    [InlineData("0 0 0 1 * ?", "0 0 1 * *")]
    [InlineData(" \t5   4 * *\t* ", "5 4 * * *")]
    [InlineData("@daily", "0 0 * * *")]
    [InlineData(" @Hourly ", "0 * * * *")]
    [InlineData("@every_second", "* * * * * *")]
    [InlineData("0 0 l * *", "0 0 L * *")]
    public void One_is_as_good_as_the_other(string one, string other)
    {
        var (at, expected) = (new DateTimeOffset(2024, 2, 27, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 2, 27, 0, 0, 0, TimeSpan.Zero));
        var (left, right) = (CronExpression.Parse(one), CronExpression.Parse(other));
        for (var n = 0; n < 200; n++)
        {
            (at, expected) = (left.Next(at, TimeZoneInfo.Utc)!.Value, right.Next(expected, TimeZoneInfo.Utc)!.Value);
            Assert.Equal(expected, at);
        }
    }

    [Theory]
    [InlineData("", 0, "this has 0")]
    [InlineData("* * * *", 7, "this has 4")]
    [InlineData("* * * * * * *", 12, "this has 7")]
    [InlineData("60 * * * *", 0, "60 is too large in the field minute: the minute is 0 to 59")]
    [InlineData("0 24 * * *", 2, "the hour is 0 to 23")]
    [InlineData("0 0 0 * *", 4, "0 is too small in the field day of month: the day of month is 1 to 31")]
    [InlineData("0 0 1 13 *", 6, "the month is 1 to 12")]
    [InlineData("0 0 1 FOO *", 6, "'F' is no month: give 1 to 12 or JAN to DEC")]
    [InlineData("0 0 * * 8", 8, "the day of week is 0 to 7")]
    [InlineData("0 0 * * MONDAY", 11, "'D' cannot stand here in the field day of week")]
    [InlineData("*/0 * * * *", 2, "the step is 1 to 59")]
    [InlineData("*/ * * * *", 2, "a blank is no number: the step is 1 to 59")]
    [InlineData("1- * * * *", 2, "a blank is no minute")]
    [InlineData("1,, * * * *", 2, "',' is no minute")]
    [InlineData("*,5 * * * *", 1, "',' cannot stand here")]
    [InlineData("? * * * *", 0, "Write '*'")]
    [InlineData("-1 * * * *", 0, "'-' is no minute")]
    [InlineData("0 0 L-31 * *", 6, "days before the last is 0 to 30")]
    [InlineData("0 0 32W * *", 4, "1 to 31")]
    [InlineData("0 0 1-5W * *", 7, "'W' cannot stand here")]
    [InlineData("0 0 * * L", 8, "'L' is no day of week")]
    [InlineData("0 0 * * MON#6", 12, "1 to 5")]
    [InlineData("0 0 * * MON#", 12, "the end is no number")]
    [InlineData("H * * * *", 0, "there is no name here")]
    [InlineData("@fortnightly", 0, "there are @yearly")]
    [InlineData("99999999999 * * * *", 0, "99999999999 is too large")]
    [InlineData("٣ * * * *", 0, "is no minute")]
    public void A_fault_is_told_with_its_place_and_what_may_stand_there(string expression, int position, string told)
    {
        var fault = Assert.Throws<CronFormatException>(() => CronExpression.Parse(expression));
        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
        Assert.Equal((expression, position), (fault.Expression, fault.Position));
    }

    [Fact]
    public void A_document_is_refused_and_not_repeated()
    {
        var fault = Assert.Throws<CronFormatException>(() => CronExpression.Parse(new string('*', 100_000)));
        Assert.InRange(fault.Message.Length, 1, 300);
    }

    [Fact]
    public void A_hash_is_the_names_own_and_within_what_it_may_choose()
    {
        var minutes = new HashSet<int>();
        for (var n = 0; n < 1_000; n++)
        {
            var next = CronExpression.Parse("H H(2-4) H * *", $"schedule-{n}").Next(new(2026, 1, 31, 23, 59, 0, TimeSpan.Zero), TimeZoneInfo.Utc)!.Value;
            Assert.Equal(2, next.Month); // every month has a day that it chooses
            Assert.InRange(next.Hour, 2, 4);
            minutes.Add(next.Minute);
        }
        Assert.Equal(60, minutes.Count);
        Assert.Equal(NextOf("H H * * *"), NextOf("H H * * *"));
        var quarter = CronExpression.Parse("H/15 * * * *", "a");
        var first = quarter.Next(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc)!.Value;
        Assert.Equal(first.AddMinutes(15), quarter.Next(first, TimeZoneInfo.Utc));

        static DateTimeOffset? NextOf(string expression) => CronExpression.Parse(expression, "billing").Next(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc);
    }

    // A value that is written here is a promise: schedules that are stored somewhere must not move with a release.
    [Fact]
    public void A_hash_never_changes() =>
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(HourOfBilling).AddMinutes(MinuteOfBilling), CronExpression.Parse("H H * * *", "billing").Next(new(2025, 12, 31, 23, 59, 59, TimeSpan.Zero), TimeZoneInfo.Utc));

    const int HourOfBilling = 3;
    const int MinuteOfBilling = 47;
}
