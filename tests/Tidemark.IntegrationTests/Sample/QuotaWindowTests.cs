using SimReconciliation.Carrier;
using Xunit;

namespace Tidemark.IntegrationTests.Sample;

public sealed class QuotaWindowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromSeconds(20);
    private readonly HandClock clock = new(Noon);

    [Fact]
    public void A_day_grants_its_limit_and_not_one_more()
    {
        var quota = new QuotaWindow(3, Day, clock);
        Assert.Equal([true, true, true, false, false], Take(quota, 5));
    }

    [Fact]
    public void The_refusal_names_the_instant_at_which_the_next_day_begins()
    {
        var quota = new QuotaWindow(1, Day, clock);
        clock.Now = Noon.AddSeconds(7);
        Take(quota, 1);
        Assert.False(quota.TryTake(out var resetsAt));
        Assert.Equal(Noon.AddSeconds(20), resetsAt);

        clock.Now = resetsAt - TimeSpan.FromTicks(1);
        Assert.False(quota.TryTake(out _));
        clock.Now = resetsAt;
        Assert.True(quota.TryTake(out _));
    }

    [Fact]
    public void What_an_earlier_process_granted_today_counts_and_what_it_granted_yesterday_does_not()
    {
        var quota = new QuotaWindow(3, Day, clock);
        quota.Restore(Noon.AddSeconds(-1));
        quota.Restore(Noon.AddSeconds(1));
        quota.Restore(Noon.AddSeconds(2));
        clock.Now = Noon.AddSeconds(3);
        Assert.Equal([true, false], Take(quota, 2));
    }

    [Fact]
    public void A_clock_that_steps_back_grants_no_day_twice()
    {
        var quota = new QuotaWindow(2, Day, clock);
        Take(quota, 2);
        clock.Now = Noon - Day;
        Assert.False(quota.TryTake(out _));
        clock.Now = Noon + Day;
        Assert.True(quota.TryTake(out _));
    }

    private static bool[] Take(QuotaWindow quota, int times) => [.. Enumerable.Range(0, times).Select(_ => quota.TryTake(out DateTimeOffset _))];
}
