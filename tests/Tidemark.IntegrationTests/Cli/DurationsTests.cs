using Tidemark.Cli;
using Xunit;

namespace Tidemark.IntegrationTests.Cli;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("0s", 0)]
    public void A_time_has_a_unit(string text, double milliseconds) => Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("5sec")]
    [InlineData("1h30")]
    [InlineData("1..5s")]
    public void Anything_else_is_none(string text) => Assert.Null(Durations.Parse(text));

    [Theory]
    [InlineData("99999999999999d")]
    [InlineData("5000000d5000000d5000000d")]
    [InlineData("10000000d10000000d1s")]
    public void One_that_cannot_be_counted_is_longer_than_any_limit(string text) => Assert.Equal(TimeSpan.MaxValue, Durations.Parse(text));

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(450, "450ms")]
    [InlineData(1_000, "1s")]
    [InlineData(9_870, "9.8s")]
    [InlineData(59_990, "59s")]
    [InlineData(245_000, "4m05s")]
    [InlineData(11_520_000, "3h12m")]
    [InlineData(187_200_000, "2d04h")]
    public void A_time_is_shown_in_its_two_largest_units(double milliseconds, string text) =>
        Assert.Equal(text, Durations.Format(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData(31 * 60, 37 * 60, "31–37m")]
    [InlineData(50, 130, "50s–2m")]
    [InlineData(700, 720, "12m")]
    [InlineData(2.2 * 3600, 3.1 * 3600, "2–3h")]
    [InlineData(40 * 3600, 60 * 3600, "40h–2.5d")]
    public void A_range_is_no_more_exact_than_it_is(double low, double high, string text) =>
        Assert.Equal(text, Durations.FormatRange(TimeSpan.FromSeconds(low), TimeSpan.FromSeconds(high), "–"));
}
