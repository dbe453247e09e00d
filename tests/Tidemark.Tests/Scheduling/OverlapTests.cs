using Tidemark.Scheduling;
using Xunit;

namespace Tidemark.Tests.Scheduling;

public sealed class OverlapTests
{
    static readonly Schedule EveryTen = Every.Minutes(10);

    [Fact]
    public void One_waits_for_the_last_job_and_runs_once_it_has_ended()
    {
        var planning = new Planning(EveryTen);
        Assert.Equal(["10"], planning.At(10));
        Assert.Empty(planning.At(20, JobState.Running));
        Assert.Empty(planning.At(30, JobState.Running));
        Assert.Equal((1L, 0L), (planning.State.Skipped, planning.State.Missed));
        Assert.Equal(["20"], planning.At(33));
        Assert.Equal(OccurrenceKind.Regular, planning.JobOf(20).Kind);
        Assert.Equal(["40"], planning.At(40));
    }

    [Fact]
    public void It_looks_the_more_seldom_the_longer_the_job_runs()
    {
        var planning = new Planning(EveryTen);
        planning.At(10);
        planning.At(20, JobState.Running);
        Assert.Equal(Planning.Noon.AddMinutes(20).AddSeconds(30), planning.Row.WakeAt);
        var fast = new Planning(Every.Seconds(5));
        fast.At(1);
        fast.At(1.1, JobState.Running);
        Assert.Equal(Planning.Noon.AddMinutes(1.1).AddSeconds(1), fast.Row.WakeAt);
    }

    [Theory]
    [InlineData(JobState.Pending)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Parked)]
    public void Skip_counts_what_it_lets_go(JobState state)
    {
        var planning = new Planning(EveryTen, terms => terms with { Overlap = Overlap.Skip });
        planning.At(10);
        Assert.Empty(planning.At(20, state));
        Assert.Equal(1, planning.State.Skipped);
        Assert.Equal(["30"], planning.At(30, JobState.Failed)); // a failed job rests: it does not run
    }

    [Fact]
    public void Allow_runs_beside()
    {
        var planning = new Planning(EveryTen, terms => terms with { Overlap = Overlap.Allow });
        Assert.Equal(["10"], planning.At(10));
        Assert.Equal(["20"], planning.At(20, JobState.Running));
    }

    [Fact]
    public void CancelOlder_cancels_and_runs_the_newest_once_the_older_has_ended()
    {
        var planning = new Planning(EveryTen, terms => terms with { Overlap = Overlap.CancelOlder });
        planning.At(10);
        Assert.Empty(planning.At(20, JobState.Running));
        Assert.Equal(new JobId(1), planning.Cancelled);
        Assert.Empty(planning.At(30, JobState.Running));
        Assert.Equal(["30"], planning.At(31, JobState.Cancelled));
        Assert.Equal(1, planning.State.Skipped);
        Assert.Null(planning.Cancelled);
    }

    [Fact]
    public void Late_ones_that_are_all_to_run_do_so_one_after_another()
    {
        var planning = new Planning(EveryTen, terms => terms with { Misfire = Misfire.RunAll, Overlap = Overlap.Skip });
        Assert.Equal(["10 late"], planning.At(35));
        Assert.Empty(planning.At(36, JobState.Running));
        Assert.Equal(["20 late"], planning.At(37));
        Assert.Equal(["30 late"], planning.At(38));
        Assert.Equal((0L, 0L, 3L), (planning.State.Missed, planning.State.Skipped, planning.State.Fired));
        Assert.Equal(Planning.Noon.AddMinutes(40), planning.Row.WakeAt);
    }

    [Fact]
    public void It_pauses_on_failure_once_and_says_so()
    {
        var planning = new Planning(EveryTen, terms => terms with { PauseOnFailure = true });
        planning.At(10);
        Assert.Empty(planning.At(20, JobState.Failed));
        Assert.Equal(ScheduleRest.Paused, planning.Row.Rest);
        Assert.Null(planning.Row.WakeAt);
        Assert.Equal("job 1 failed", planning.State.PauseReason);
    }

    [Fact]
    public void After_completion_counts_from_the_end_of_the_last_job()
    {
        var planning = new Planning(Every.Minutes(10).AfterCompletion());
        Assert.Equal(["10"], planning.At(10));
        for (var minute = 11; minute < 60; minute++) Assert.Empty(planning.At(minute, JobState.Running));
        Assert.Empty(planning.At(60)); // seen to have ended
        Assert.Empty(planning.At(69.9));
        Assert.Equal(["70"], planning.At(70));
    }

    // Each does something to a schedule that counts from the end of its job; the last one ended 15 minutes after noon, or as it says.
    public static TheoryData<string, double> Interventions => new()
    {
        { "a trigger", 30 },
        { "a pause that ends before its time", 25 },
        { "a pause that ends after its time", 70 },
        { "a pause in which its job ends", 70 },
        { "other policies, its end unseen", 25 },
        { "a shorter interval", 25 },
        { "a clock that was an hour ahead", 21 },
        { "a clock that was ahead and was taken back by hand", 40 },
        { "an occurrence that was too late to be run", 50 },
        { "an occurrence that was too old to be run", 50 },
    };

    [Theory]
    [MemberData(nameof(Interventions))]
    public void After_completion_goes_on_after(string intervention, double next)
    {
        var planning = new Planning(Every.Minutes(10).AfterCompletion());
        Assert.Equal(["10"], planning.At(10));
        Acts[intervention](planning);
        Assert.Equal(ScheduleRest.None, planning.Row.Rest);
        for (var minute = 11; minute < next; minute++) Assert.Empty(planning.At(minute));
        Assert.Equal([$"{next}"], planning.At(next));
        Assert.Empty(planning.At(next + 1, JobState.Running));
        Assert.Empty(planning.At(next + 2));
        Assert.NotNull(planning.Row.WakeAt);
    }

    static readonly Dictionary<string, Action<Planning>> Acts = new()
    {
        ["a trigger"] = planning =>
        {
            planning.At(15);
            planning.Act(16, (entry, now) => ScheduleActs.Trigger(entry, "test", null, now, now));
            planning.At(17, JobState.Running);
            planning.At(20);
        },
        ["a pause that ends before its time"] = planning =>
        {
            planning.At(15);
            PauseFrom(16, to: 20, planning);
        },
        ["a pause that ends after its time"] = planning =>
        {
            planning.At(15);
            PauseFrom(16, to: 60, planning);
        },
        ["a pause in which its job ends"] = planning => PauseFrom(12, to: 60, planning, ends: 15),
        ["other policies, its end unseen"] = planning =>
        {
            planning.Ended(15);
            planning.Declare(16, Every.Minutes(10).AfterCompletion(), terms => terms with { PauseOnFailure = true });
        },
        ["a shorter interval"] = planning =>
        {
            planning.At(15);
            planning.Declare(24, Every.Minutes(1).AfterCompletion());
        },
        ["a clock that was an hour ahead"] = planning =>
        {
            planning.Ended(-45);
            planning.At(11);
        },
        ["a clock that was ahead and was taken back by hand"] = planning =>
        {
            planning.Ended(590); // by that clock
            Assert.Empty(planning.At(591));
            Assert.Equal(["600"], planning.At(600));
            planning.Act(26, (entry, now) => ScheduleActs.Trigger(entry, "test", null, now, now));
            planning.Ended(28);
            planning.At(29);
            Assert.Equal(Planning.Noon.AddMinutes(600), planning.State.Cursor);
            planning.Act(30, (entry, now) => ScheduleActs.Resume(entry, "test", now));
        },
        ["an occurrence that was too late to be run"] = planning =>
        {
            planning.At(15);
            planning.Declare(16, Every.Minutes(10).AfterCompletion(), terms => terms with { Misfire = Misfire.Skip });
            Assert.Empty(planning.At(40));
        },
        ["an occurrence that was too old to be run"] = planning =>
        {
            planning.At(15);
            planning.Declare(16, Every.Minutes(10).AfterCompletion(), terms => terms with { CatchUpWindow = TimeSpan.FromMinutes(5) });
            Assert.Empty(planning.At(40));
        },
    };

    [Fact]
    public void After_completion_waits_for_its_first_instant_and_for_the_end_of_the_days_of_rest()
    {
        var planning = new Planning(Every.Minutes(10).AfterCompletion().Starting(Planning.Noon.AddMinutes(60)).ExceptFrom(new(2026, 3, 2), new(2026, 3, 3)));
        Assert.Empty(planning.At(10));
        Assert.Equal(["60"], planning.At(60));
        planning.Ended(715); // five minutes before midnight
        Assert.Empty(planning.At(716));
        Assert.Empty(planning.At(1_000));
        Assert.Equal([$"{720 + (2 * 24 * 60)}"], planning.At(720 + (2 * 24 * 60)));
    }

    static void PauseFrom(double from, double to, Planning planning, double? ends = null)
    {
        planning.Act(from, (entry, now) => ScheduleActs.Pause(entry, "test", null, now));
        if (ends is { } end) planning.Ended(end);
        planning.Act(to, (entry, now) => ScheduleActs.Resume(entry, "test", now));
    }
}
