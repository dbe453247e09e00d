using Tidemark.Lifecycle;
using Tidemark.Scheduling;
using Tidemark.Tests.Scheduling.Alerts;
using Tidemark.Tests.Scheduling.Fleet;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Scheduling.Stopping;

/// <summary>
/// Each way to stop a schedule that we could think of is told within a minute after an occurrence that does not run, with the reason: to the health check and
/// <c>doctor</c>, which read the same, to <c>schedule list</c>, and where a worker watches, to the alert sinks.
/// </summary>
public sealed class StoppedTests
{
    /// <param name="Stop">What is done to it.</param>
    /// <param name="Kind">As which trouble it is told.</param>
    /// <param name="Why">A part of the reason.</param>
    sealed record Way(Action<Stage> Stop, string Kind, string Why)
    {
        /// <summary>Until a minute after the first occurrence that does not run as it should.</summary>
        public double Minutes { get; init; } = 11;

        /// <summary>Nobody is left to watch.</summary>
        public bool IsBlind { get; init; }

        public Action<ScheduleBuilder<int>> Policies { get; init; } = _ => { };
    }

    static readonly Dictionary<string, Way> Ways = new()
    {
        ["all processes are gone"] = new(stage => { stage.KillProcess(); stage.Dismiss(); }, "no-worker", "no worker runs") { IsBlind = true },
        ["the workers are gone, and a process without any keeps it"] = new(stage => stage.Dismiss(), "no-worker", "no worker runs"),
        ["the last worker drains, and its timekeeper with it"] = new(stage => { stage.IsDraining = true; stage.HasRoom = false; stage.KillProcess(); }, "no-worker", "no worker runs") { IsBlind = true },
        ["its timekeeper is dead or hangs"] = new(stage => stage.KillProcess(), "overdue", "not started for") { IsBlind = true },
        ["the store takes no change"] = new(stage => stage.Faults.Operation = "ChangeSchedules", "overdue", "not started for"),
        ["no worker knows its job"] = new(stage => { stage.Dismiss(); stage.Hire(job: "other"); }, "unknown-job", "no worker knows the job 'purge'"),
        ["no worker subscribes to its queue"] = new(stage => { stage.Dismiss(); stage.Hire(queue: "slow"); }, "unknown-job", "subscribes to the queue 'default'"),
        ["every slot is busy"] = new(stage => stage.HasRoom = false, "not-started", "the workers are busy"),
        ["its queue is paused"] = new(stage => SimWorld.Now(Pause(stage)), "not-started", "the queue 'default' is paused"),
        ["its limit is full"] = new(stage => stage.Ends = null, "not-started", "waits for a place: at most 1 at a time of 'door'") { Minutes = 21, Policies = policies => policies.Overlap(Overlap.Allow) },
        ["somebody paused it"] = new(stage => SimWorld.Now(new ValueTask<bool>(stage.Desk.PauseAsync(Stage.Name, "holidays"))), "paused", "by ada: holidays") { Minutes = 1 },
        ["its job failed, and it pauses on failure"] = new(stage => stage.Ends = JobEvent.Fail, "paused", "by tidemark: job") { Minutes = 21, Policies = policies => policies.PauseOnFailure() },
        ["its handler hangs, and one waits"] = new(stage => stage.Ends = null, "held-up", "it runs since") { Minutes = 21 },
        ["its handler hangs, and it skips"] = new(stage => stage.Ends = null, "held-up", "it runs since") { Minutes = 21, Policies = policies => policies.Overlap(Overlap.Skip) },
        ["its handler hangs, and hears no cancel"] = new(stage => stage.Ends = null, "held-up", "it runs since") { Minutes = 21, Policies = policies => policies.Overlap(Overlap.CancelOlder) },
        ["its job is parked"] = new(stage => stage.Ends = JobEvent.Park, "held-up", "it is parked: the bank is closed") { Minutes = 21 },
        ["its job waits to be tried again"] = new(stage => stage.Ends = JobEvent.Retry, "held-up", "it waits to be tried again: the disk is full") { Minutes = 21 },
        ["its code declares it no longer"] = new(stage => stage.Boot(null), "orphaned", "'fleet' declares it no longer") { Minutes = 1 },
        ["its rule is changed to one without an occurrence"] = new(stage => stage.Boot(Schedule.At(DateTimeOffset.UnixEpoch)), "ended-unrun", "its rule was changed, and has no occurrence after that") { Minutes = 1 },
        ["its days are excepted for ever"] = new(stage => stage.Boot(Every.Day.At(2, 0).ExceptFrom(new(2026, 1, 1), DateOnly.MaxValue)), "ended-unrun", "has no occurrence after that") { Minutes = 1 },
        ["its zone is not known"] = new(stage => stage.Write(row => row with { Terms = row.Terms.Replace("every 10m", "cron * * * * *; in Mars/Olympus", StringComparison.Ordinal) }), "fault", "Mars/Olympus"),
        ["its row cannot be read"] = new(stage => stage.Write(row => row with { State = "{\"waiting\":7}" }), "fault", "cannot be read"),
        ["the clock was ahead"] = new(stage =>
        {
            stage.Fleet.StoreClock.Offset = TimeSpan.FromDays(30);
            stage.Pass(2);
            stage.Fleet.StoreClock.Offset = TimeSpan.Zero;
        }, "ahead", "29 days ahead of the store's clock") { Minutes = 1 },
    };

    public static TheoryData<string> Names => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_way_to_stop_it_is_told_within_a_minute_and_why(string name) => Play(Ways[name].Policies, stage =>
    {
        var way = Ways[name];
        stage.Pass(25);
        Assert.Equal(2, stage.Fleet.Entry(Stage.Name).State.Fired);
        Assert.Empty(Found(stage));
        way.Stop(stage);
        stage.Pass(way.Minutes);
        Assert.Contains(Found(stage), trouble => trouble.Kind == way.Kind && trouble.Text.Contains(way.Why, StringComparison.Ordinal) && trouble.Remedy.Length > 0);
        Assert.Contains(SimWorld.Now(new ValueTask<ScheduleStatus?>(stage.Desk.FindAsync(Stage.Name)))!.Troubles, trouble => trouble.Kind == way.Kind && trouble.Text.Contains(way.Why, StringComparison.Ordinal));
        if (!way.IsBlind) Assert.Contains(stage.Sink.Taken, alert => alert.Id == $"schedule.{way.Kind}/{Stage.Name}" && alert.Message.Contains(way.Why, StringComparison.Ordinal));
    });

    [Fact]
    public void While_it_runs_nothing_is_told() => Play(_ => { }, stage =>
    {
        for (var hour = 0; hour < 3 * 60; hour++)
        {
            stage.Pass(1);
            Assert.Empty(Found(stage));
        }
        Assert.Empty(stage.Sink.Taken);
    });

    [Fact]
    public void One_that_is_held_up_for_as_long_as_it_may_be_is_not_told() => Play(policies => policies.Overlap(Overlap.Skip).HeldUpAfter(TimeSpan.FromHours(1)), stage =>
    {
        stage.Ends = null;
        stage.Pass(70); // it runs from the tenth minute on, and holds up the next from the twentieth
        Assert.Empty(Found(stage));
        stage.Pass(12);
        Assert.Equal("held-up", Assert.Single(Found(stage)).Kind);
    });

    [Fact]
    public void What_a_clock_ran_ahead_is_taken_back_and_runs_with_what_had_its_job_left_out() => Play(_ => { }, stage =>
    {
        stage.Pass(15);
        stage.Fleet.StoreClock.Offset = TimeSpan.FromMinutes(30); // by the policy the newest is run, and the two before it are let go
        stage.Pass(1);
        stage.Fleet.StoreClock.Offset = TimeSpan.Zero;
        stage.Pass(1);
        Assert.Equal("ahead", Assert.Single(Found(stage)).Kind);
        Assert.True(SimWorld.Now(new ValueTask<bool>(stage.Desk.ResumeAsync(Stage.Name))));
        stage.Pass(45);
        Assert.Empty(Found(stage));
        Assert.Equal([10, 20, 30, 40, 50, 60], stage.Fleet.Occurrences(Stage.Name).Select(one => Math.Round((one.At - stage.Fleet.Entry(Stage.Name).State.Anchor).TotalMinutes)));
        Assert.False(SimWorld.Now(new ValueTask<bool>(stage.Desk.ResumeAsync(Stage.Name))));
    });

    static void Play(Action<ScheduleBuilder<int>> policies, Action<Stage> story)
    {
        var (faults, sink) = (new Refusing(), new KeepingSink());
        ScheduleFleet.Run(1, fleet =>
        {
            var stage = new Stage(fleet, faults, sink);
            stage.Boot(Stage.EveryTen, policies);
            stage.Hire();
            story(stage);
        }, faults, TimeSpan.FromSeconds(1), [sink]);
    }

    // What doctor and the health check read.
    static List<ScheduleTrouble> Found(Stage stage) => [.. SimWorld.Now(new ValueTask<(List<(string Schedule, ScheduleTrouble Trouble)> Troubles, bool More)>(ScheduleWatch.TroublesAsync(stage.Fleet.Store))).Troubles
        .Where(one => one.Schedule == Stage.Name).Select(one => one.Trouble)];

    static async ValueTask<bool> Pause(Stage stage)
    {
        await stage.Fleet.Store.SetQueuePausedAsync("default", true, "ada", "a test");
        return true;
    }
}
