using Tidemark.Cli;
using Tidemark.Cli.Commands;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Commands;

/// <summary>Until when a job is parked, as it is typed.</summary>
public sealed class UntilTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-21T05:00:00+05:45", "2026-11-20 23:15:00 +00:00")]
    [InlineData("2026-11-21T05:00:00Z", "2026-11-21 05:00:00 +00:00")]
    [InlineData("2026-11-21T05:00:00", "2026-11-21 05:00:00 +00:00")]
    [InlineData("1h30m", "2026-11-20 13:30:00 +00:00")]
    public void It_is_told_in_UTC_whatever_offset_was_said(string text, string told) =>
        Assert.Equal(told, $"{OperatorCommand.Instant(text, Now):yyyy-MM-dd HH:mm:ss zzz}");

    [Theory]
    [InlineData("4000000d", "--until '4000000d' from now is later than the last instant that can be said, 9999-12-31.")]
    [InlineData("5000000d5000000d5000000d", "later than the last instant that can be said, 9999-12-31.")]
    [InlineData("tomorrow", "--until 'tomorrow' is neither a time from now nor an instant.")]
    public void What_cannot_be_meant_is_refused_with_the_value_and_the_limit(string text, string told) =>
        Assert.Contains(told, Assert.Throws<UsageException>(() => OperatorCommand.Instant(text, Now)).Message, StringComparison.Ordinal);
}
