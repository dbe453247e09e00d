using Xunit;

namespace Tidemark.Tests.Scheduling.Cron;

public sealed class CronWordsTests
{
    [Theory]
    [InlineData("* * * * *", "Every minute")]
    [InlineData("* * * * * *", "Every second")]
    [InlineData("*/5 * * * *", "Every 5 minutes")]
    [InlineData("2/5 * * * *", "Every 5 minutes from minute 2 on")]
    [InlineData("*/15 * * * * *", "Every 15 seconds")]
    [InlineData("30 * * * * *", "At second 30 of every minute")]
    [InlineData("5,10 * * * *", "At minutes 5 and 10 of every hour")]
    [InlineData("30 * * * *", "At minute 30 of every hour")]
    [InlineData("0 */6 * * *", "At 00:00, 06:00, 12:00 and 18:00")]
    [InlineData("0 9-17 * * MON-FRI", "At minute 0, at hours 9 to 17, on Monday to Friday")]
    [InlineData("*/10 3 * * *", "At 03:00, 03:10, 03:20, 03:30, 03:40 and 03:50")]
    [InlineData("* 3 * * *", "Every minute, between 03:00 and 03:59")]
    [InlineData("30 2 * * 1-5", "At 02:30, on Monday to Friday")]
    [InlineData("30 2 * * 6,0", "At 02:30, on Saturday and Sunday")]
    [InlineData("15 30 2 * * *", "At 02:30:15")]
    [InlineData("0 0 1,15 * *", "At 00:00, on the 1st and 15th of the month")]
    [InlineData("0 0 13 * FRI", "At 00:00, on the 13th of the month if it is Friday")]
    [InlineData("0 0 L-1 * *", "At 00:00, on the day before the last of the month")]
    [InlineData("0 0 LW,15W * *", "At 00:00, on the weekday nearest to the 15th and the last weekday of the month")]
    [InlineData("0 0 * * MON#2,5L", "At 00:00, on the 2nd Monday and the last Friday")]
    [InlineData("@yearly", "At 00:00, on the 1st of the month, in January")]
    [InlineData("0 0 22 JUN-AUG,DEC *", "At 00:00, on the 22nd of the month, in June to August and December")]
    public void An_expression_is_told_in_plain_words(string expression, string words) => Assert.Equal(words, CronExpression.Parse(expression).Describe());

    [Fact]
    public void Nothing_that_can_be_said_breaks_the_telling()
    {
        var random = new Random(7);
        for (var n = 0; n < 5_000; n++)
        {
            var rule = new MinuteByMinute(random);
            var words = CronExpression.Parse(rule.Text).Describe();
            Assert.Matches("^[A-Z][A-Za-z0-9:, ]+$", words);
            Assert.DoesNotContain(", ,", words, StringComparison.Ordinal);
        }
    }
}
