using Tidemark.PostgreSql.Leasing;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>How long a claim may begin above the bottom: what comes to lie below must be found in good time.</summary>
public sealed class LowWaterTests
{
    const long Slow = 10; // milliseconds

    readonly LowWater water = new();

    [Fact]
    public void A_quick_look_leaves_no_water()
    {
        water.Found([(1, 50)], looked: Slow - 1);
        Assert.True(water.IsFromBottom);
    }

    [Fact]
    public void After_a_slow_look_the_next_begin_where_it_has_come_to_and_rise_with_what_they_find()
    {
        water.Found([(1, 50), (2, 60)], looked: 60_000);
        water.Rise([(1, 70), (2, 55), (3, 80)]);
        var (lanes, lows) = water.Now();
        Assert.Equal([(1, 70), (2, 60)], lanes.Zip(lows));
    }

    [Fact]
    public void What_may_have_come_below_is_looked_for_at_once()
    {
        water.Found([(1, 50)], looked: 60_000);
        water.Forget();
        Assert.True(water.IsFromBottom);
    }

    [Fact]
    public async Task After_twenty_times_as_long_as_the_look_took_the_next_is_from_the_bottom_whatever_is_known()
    {
        water.Found([(1, 50)], looked: Slow);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!water.IsFromBottom) await Task.Delay(10, limit.Token);
        Assert.True(water.IsFromBottom);
    }
}
