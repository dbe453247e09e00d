using System.Text;
using Tidemark.Cli.Spawning;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Spawning;

public sealed class RetryHintTests
{
    [Theory]
    [InlineData("retry-after: 30", 30)]
    [InlineData("Retry-After: 0", 0)]
    [InlineData("noise\r\nRETRY-AFTER:\t1.5 \r\nmore noise\n", 1.5)]
    [InlineData("retry-after: 1\nretry-after: 2\n", 2)]
    [InlineData("retry-after: 1\nretry-after: soon\n", 1)]
    public void Seconds_are_taken_from_the_last_line_that_says_them(string errors, double seconds) =>
        Assert.Equal(new RetryHint(TimeSpan.FromSeconds(seconds), null), RetryHint.Find(Encoding.UTF8.GetBytes(errors)));

    [Theory]
    [InlineData("retry-at: 2026-11-21T05:00:00Z", "2026-11-21T05:00:00+00:00")]
    [InlineData("retry-at: 2026-11-21t05:00:00.250z", "2026-11-21T05:00:00.2500000+00:00")]
    [InlineData("  retry-at:2026-11-21T05:00:00+05:30", "2026-11-21T05:00:00+05:30")]
    public void An_instant_is_taken_with_its_zone(string errors, string instant) =>
        Assert.Equal(new RetryHint(null, DateTimeOffset.Parse(instant)), RetryHint.Find(Encoding.UTF8.GetBytes(errors)));

    [Theory]
    [InlineData("")]
    [InlineData("nothing of the kind")]
    [InlineData("please retry-after: 3")]
    [InlineData("retry-after: -3")]
    [InlineData("retry-after: 3 minutes")]
    [InlineData("retry-after: NaN")]
    [InlineData("retry-after: 1e99")]
    [InlineData("retry-after:")]
    [InlineData("retry-at: 2026-11-21T05:00:00")]
    [InlineData("retry-at: tomorrow")]
    [InlineData("retry-at: 2026-13-21T05:00:00Z")]
    public void Half_a_hint_is_none(string errors) => Assert.Null(RetryHint.Find(Encoding.UTF8.GetBytes(errors)));
}
