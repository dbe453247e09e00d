using Tidemark.Scheduling;
using Xunit;

namespace Tidemark.Tests.Scheduling;

public sealed class MisfireTests
{
    static readonly Schedule EveryTen = Every.Minutes(10);

    [Fact]
    public void An_occurrence_in_time_is_run_whatever_the_policy()
    {
        foreach (var policy in Enum.GetValues<Misfire>())
        {
            var planning = new Planning(EveryTen, terms => terms with { Misfire = policy });
            Assert.Empty(planning.At(9.99));
            Assert.Equal(["10"], planning.At(11));
            Assert.Equal((0L, 1L), (planning.State.Missed, planning.State.Fired));
            Assert.Equal(Planning.Noon.AddMinutes(20), planning.Row.WakeAt);
        }
    }

    [Theory]
    [InlineData(Misfire.RunOnce, "50 late", 4)]
    [InlineData(Misfire.Skip, "", 5)]
    [InlineData(Misfire.RunAll, "20 late,30 late,40 late,50 late", 1)]
    public void Late_ones_are_run_as_the_policy_says_and_the_others_counted(Misfire policy, string run, long missed)
    {
        var planning = new Planning(EveryTen, terms => terms with { Misfire = policy, CatchUpLimit = 4, Overlap = Overlap.Allow });
        Assert.Equal(run, string.Join(',', planning.At(55)));
        Assert.Equal(missed, planning.State.Missed);
        Assert.Equal(Planning.Noon.AddMinutes(60), planning.Row.WakeAt);
        Assert.Equal(["60"], planning.At(60));
    }

    [Fact]
    public void One_in_time_stands_for_those_before_it()
    {
        var planning = new Planning(EveryTen);
        planning.At(10);
        Assert.Equal(["50"], planning.At(50.5));
        Assert.Equal(3, planning.State.Missed);
        Assert.Equal(Planning.Noon.AddMinutes(10), planning.JobOf(50).Previous);
    }

    [Fact]
    public void What_is_older_than_the_window_is_missed()
    {
        var planning = new Planning(EveryTen, terms => terms with { Misfire = Misfire.RunAll, CatchUpWindow = TimeSpan.FromMinutes(25), Overlap = Overlap.Allow });
        Assert.Equal(["30 late", "40 late", "50 late"], planning.At(55));
        Assert.Equal((2L, Planning.Noon.AddMinutes(20)), (planning.State.Missed, planning.State.LastMissedAt!.Value));
        var once = new Planning(Every.Days(1), terms => terms with { CatchUpWindow = TimeSpan.FromHours(1) });
        Assert.Empty(once.At(24 * 60 + 61));
        Assert.Equal((1L, 0L), (once.State.Missed, once.State.Fired));
    }

    [Fact]
    public void Years_of_silence_of_a_schedule_of_seconds_are_judged_at_once()
    {
        var planning = new Planning(Schedule.Cron("* * * * * *"), terms => terms with { Misfire = Misfire.RunAll, CatchUpLimit = 1_000, Overlap = Overlap.Allow, InTime = TimeSpan.FromSeconds(1), CatchUpWindow = TimeSpan.FromDays(3_650) });
        var run = planning.At(3 * 365 * 24 * 60);
        Assert.Equal(1_000, run.Length);
        Assert.True(planning.State.Missed >= 10_000);
        Assert.Equal(Planning.Noon.AddMinutes(3 * 365 * 24 * 60).AddSeconds(1), planning.Row.WakeAt);
    }

    [Fact]
    public void A_clock_that_steps_back_runs_nothing_twice()
    {
        var planning = new Planning(EveryTen);
        Assert.Equal(["10"], planning.At(10));
        Assert.Equal(["70"], planning.At(70)); // an hour ahead
        Assert.Empty(planning.At(20));
        Assert.Empty(planning.At(70));
        Assert.Equal(["80"], planning.At(80));
    }
}
