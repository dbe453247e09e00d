using Tidemark.Seams;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Leasing;

/// <summary>Who of a fleet looks when: a few in each interval, each in turn, and everybody where nobody knows.</summary>
public sealed class TurnsTests
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly ManualClock clock = new();

    [Theory]
    [InlineData(100, 4, 25)]
    [InlineData(41, 5, 10)] // 41 are ten rounds of four, and one more in one of them
    [InlineData(8, 4, 2)]
    [InlineData(7, 7, 1)]
    [InlineData(1, 1, 1)]
    public void In_each_interval_a_few_look_and_everybody_has_a_turn(int workers, int most, int rounds)
    {
        Turns[] fleet = [.. Enumerable.Range(0, workers).Select(_ => new Turns(clock))];
        var looks = new int[workers];
        for (var interval = 0; interval < rounds; interval++, clock.Pass(Interval))
        {
            var looking = 0;
            for (var worker = 0; worker < workers; worker++)
            {
                fleet[worker].Hear(Standing(workers, worker));
                if (!fleet[worker].IsMine(Interval, of => of.All)) continue;
                looking++;
                looks[worker]++;
            }
            Assert.InRange(looking, Math.Min(4, workers), most);
        }
        Assert.All(looks, many => Assert.Equal(1, many));
    }

    [Fact]
    public void Who_has_heard_nothing_of_the_others_looks_as_if_alone()
    {
        var turns = new Turns(clock);
        Assert.True(turns.WantsNews && turns.IsMine(Interval, of => of.All));
        turns.Hear(Standing(1_000, 0));
        Assert.Equal(1, TurnsWithin(100));
        for (var passed = 0; passed < 20; passed++) clock.Pass(Interval); // what it has heard is old by now
        Assert.True(turns.WantsNews);
        Assert.Equal(10, TurnsWithin(10, isTold: false));

        int TurnsWithin(int intervals, bool isTold = true)
        {
            var mine = 0;
            for (var interval = 0; interval < (isTold ? 250 : intervals); interval++, clock.Pass(Interval))
            {
                if (isTold) turns.Hear(Standing(1_000, 0));
                if (turns.IsMine(Interval, of => of.All)) mine++;
            }
            return mine;
        }
    }

    [Fact]
    public void What_was_heard_before_work_came_is_no_news()
    {
        var turns = new Turns(clock);
        var before = clock.GetTimestamp();
        clock.Pass(Interval);
        turns.Hear(Standing(1_000, 0));
        Assert.True(turns.HasNewsSince(before));
        Assert.False(turns.HasNewsSince(clock.GetTimestamp()));
    }

    static Fleet Standing(int of, int place) => new(new(of, place), new(1, 0));
}
