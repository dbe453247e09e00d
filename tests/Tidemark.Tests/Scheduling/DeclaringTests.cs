using Tidemark.Scheduling;
using Xunit;

namespace Tidemark.Tests.Scheduling;

public sealed class DeclaringTests
{
    [Fact]
    public void Declaring_the_same_again_changes_nothing_however_often()
    {
        var planning = new Planning(Every.Hours(24));
        for (var minute = 0; minute < 24 * 60; minute += 10) Assert.True(planning.IsDeclaredAlready(minute));
        Assert.Equal(["1440"], planning.At(24 * 60));
        Assert.True(planning.IsDeclaredAlready(24 * 60));
    }

    [Fact]
    public void A_changed_rule_keeps_the_anchor_and_never_runs_the_past()
    {
        var planning = new Planning(Every.Minutes(60));
        Assert.Empty(planning.Declare(35, Every.Minutes(10)));
        Assert.Equal(Planning.Noon.AddMinutes(40), planning.Row.WakeAt);
        Assert.Empty(planning.Declare(36, Every.Minutes(15), terms => terms with { OnChange = RuleChange.MoveAnchor }));
        Assert.Equal(Planning.Noon.AddMinutes(36 + 15), planning.Row.WakeAt);
        Assert.Empty(planning.Declare(37, Schedule.Cron("0 12 * * *")));
        Assert.Equal(Planning.Noon.AddDays(1), planning.Row.WakeAt);
    }

    [Fact]
    public void What_the_former_rule_owed_is_run_and_nothing_of_the_new_ones_past()
    {
        var planning = new Planning(Schedule.Cron("0 13 * * *"));
        Assert.Equal(["60 late"], planning.Declare(180, Schedule.Cron("0 14 * * *")));
        Assert.Equal(Planning.Noon.AddHours(26), planning.Row.WakeAt);
        Assert.Empty(planning.At(181));
    }

    [Fact]
    public void Changed_policies_move_neither_anchor_nor_cursor()
    {
        var planning = new Planning(Every.Minutes(10));
        planning.At(10);
        Assert.Empty(planning.Declare(25, Every.Minutes(10), terms => terms with { Overlap = Overlap.Allow, Priority = 5 }));
        Assert.Equal(["20 late"], planning.At(25));
    }

    [Fact]
    public void What_is_declared_no_longer_rests_and_goes_on_where_it_was()
    {
        var planning = new Planning(Every.Minutes(10));
        planning.At(10);
        planning.Orphan(15);
        Assert.Equal((ScheduleRest.Orphaned, null), (planning.Row.Rest, planning.Row.WakeAt));
        Assert.False(planning.IsDeclaredAlready(31));
        Assert.Empty(planning.Declare(31.5, Every.Minutes(10)));
        Assert.Equal(["30 late"], planning.At(31.5));
        Assert.Equal(1, planning.State.Missed);
    }

    [Fact]
    public void Instants_that_lie_before_the_first_declaration_are_never_run()
    {
        var planning = new Planning(Schedule.At(Planning.Noon.AddDays(-1), Planning.Noon));
        Assert.Equal((ScheduleRest.Ended, null), (planning.Row.Rest, planning.Row.WakeAt));
        var later = new Planning(Schedule.At(Planning.Noon, Planning.Noon.AddMinutes(5)));
        Assert.Equal(["5"], later.At(5));
        Assert.Equal(ScheduleRest.Ended, later.Row.Rest);
    }
}
