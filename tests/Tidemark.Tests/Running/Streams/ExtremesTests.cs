using Tidemark.Running;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>Numbers at the ends of what the settings allow.</summary>
public sealed class ExtremesTests
{
    const long Nanoseconds = 1_000_000_000;

    [Fact]
    public void Handler_time_of_many_lanes_over_days_is_told()
    {
        var year = TimeSpan.FromDays(365);
        var ticks = (long)year.TotalSeconds * Nanoseconds;
        Assert.Equal((long)year.TotalMilliseconds, WholeMilliseconds.Of(ticks, Nanoseconds));
        Assert.Equal((long)year.TotalMilliseconds, new WholeMilliseconds(Nanoseconds).Add(ticks));
    }

    [Fact]
    public void What_a_fast_item_leaves_over_comes_with_a_later_one()
    {
        var told = new WholeMilliseconds(Nanoseconds);
        long[] parts = [999_999, 1, 1_500_000, 400_000, 100_000, 2_000_000_001, 999_999];
        Assert.Equal([0, 1, 1, 0, 1, 2_000, 1], parts.Select(told.Add));
    }

    [Theory]
    [InlineData(50_000, 200_000, 4, 2)]
    [InlineData(100_000, 1_000_000, 8, 1)]
    [InlineData(1_000_000, 1_000_000, 8, 1)]
    [InlineData(100, 1_000, 4, 4)]
    [InlineData(500, 1_000, 4, 2)]
    public void As_many_batches_run_at_once_as_the_next_attempt_can_be_told_of(int size, int bound, int concurrency, int lanes)
    {
        Assert.Equal(lanes, StreamLoop<int, int>.LanesOf(size, new() { ResumeCost = ResumeCost.AtMost(bound), Concurrency = concurrency }));
        Assert.True((lanes - 1) * size <= StoreLimits.AheadGiven);
    }
}
