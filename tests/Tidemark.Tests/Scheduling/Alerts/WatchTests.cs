using Tidemark.Scheduling;
using Tidemark.Tests.Scheduling.Fleet;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Scheduling.Alerts;

/// <summary>When a worker raises an alert, and how often, in virtual time.</summary>
public sealed class WatchTests
{
    static readonly JobKey<int> Purge = new("purge");
    static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_trouble_is_raised_once_by_each_process_when_it_begins_and_once_when_it_is_over()
    {
        var sink = new KeepingSink();
        ScheduleFleet.Run(1, fleet =>
        {
            var first = fleet.Boot(Declare);
            fleet.Boot(Declare);
            fleet.Pass(TimeSpan.FromMinutes(5));
            Assert.Empty(sink.Taken);
            var desk = new ScheduleDesk(fleet.Store, "ada");
            Assert.True(SimWorld.Now(new ValueTask<bool>(desk.PauseAsync("daily", "holidays"))));
            var paused = fleet.Entry("daily").State.PausedAt!.Value;
            fleet.Pass(AMinute);
            Assert.Equal(["worker-1", "worker-2"], sink.Taken.Select(alert => alert.Worker).Order());
            Assert.All(sink.Taken, alert => Assert.Equal(("schedule.paused/daily", false, paused), (alert.Id, alert.IsOver, alert.Since)));
            fleet.Pass(TimeSpan.FromHours(1));
            Assert.Equal(2, sink.Taken.Length);
            first.Kill("crashed");
            Assert.True(SimWorld.Now(new ValueTask<bool>(desk.ResumeAsync("daily"))));
            fleet.Pass(AMinute);
            var over = sink.Taken[^1];
            Assert.Equal((3, "worker-2", "schedule.paused/daily", true, paused), (sink.Taken.Length, over.Worker, over.Id, over.IsOver, over.Since));
            fleet.Pass(TimeSpan.FromHours(1));
            Assert.Equal(3, sink.Taken.Length);
        }, sinks: [sink]);
    }

    [Fact]
    public void Who_watches_and_cannot_see_says_so_and_takes_nothing_for_well()
    {
        var (sink, faults) = (new KeepingSink(), new Outage());
        ScheduleFleet.Run(2, fleet =>
        {
            fleet.Boot(Declare);
            fleet.Pass(TimeSpan.FromSeconds(1));
            SimWorld.Now(new ValueTask<bool>(new ScheduleDesk(fleet.Store, "ada").PauseAsync("daily", null)));
            fleet.Pass(AMinute);
            Assert.Equal("schedule.paused/daily", Assert.Single(sink.Taken).Id);
            faults.Fault = new() { ErrorBefore = true };
            fleet.Pass(TimeSpan.FromMinutes(5));
            var blind = Assert.Single(sink.Taken.Skip(1));
            Assert.Equal(("schedule.unwatched/*", false), (blind.Id, blind.IsOver));
            Assert.Contains("did not reach the store", blind.Message, StringComparison.Ordinal);
            faults.Fault = default;
            fleet.Pass(AMinute);
            Assert.Equal(("schedule.unwatched/*", true), (sink.Taken[^1].Id, sink.Taken[^1].IsOver));
            faults.Fault = new() { DelayBefore = TimeSpan.FromMinutes(30) }; // no error, no answer
            fleet.Pass(AMinute);
            Assert.Equal(("schedule.unwatched/*", false), (sink.Taken[^1].Id, sink.Taken[^1].IsOver));
            Assert.Contains("the store has not answered for 15 s", sink.Taken[^1].Message, StringComparison.Ordinal);
            Assert.Equal(4, sink.Taken.Length);
        }, faults, sinks: [sink]);
    }

    [Fact]
    public void Where_more_are_in_trouble_than_are_watched_none_is_taken_for_well_because_others_came_before_it()
    {
        var sink = new KeepingSink();
        ScheduleFleet.Run(3, fleet =>
        {
            fleet.Boot(tidemark => Add(tidemark, "z", ScheduleWatch.MostWatched));
            fleet.Pass(AMinute);
            Assert.Equal(ScheduleWatch.MostWatched, sink.Taken.Length);
            fleet.Boot(tidemark =>
            {
                Add(tidemark, "z", ScheduleWatch.MostWatched);
                Add(tidemark, "a", 10);
            });
            fleet.Pass(AMinute);
            Assert.DoesNotContain(sink.Taken, alert => alert.IsOver);
            Assert.Contains(sink.Taken, alert => alert is { Worker: "worker-1", Subject: "a-9" });
            Assert.Contains(sink.Taken, alert => alert is { Worker: "worker-1", Id: "schedule.more/*" });
        }, sinks: [sink]);

        static void Add(TidemarkBuilder tidemark, string prefix, int count)
        {
            for (var number = 0; number < count; number++) tidemark.AddSchedule($"{prefix}-{number}", Purge, 1, Schedule.At(DateTimeOffset.UnixEpoch));
        }
    }

    static void Declare(TidemarkBuilder tidemark) => tidemark.AddSchedule("daily", Purge, 1, Every.Day.At(12, 0));

    sealed class Outage : IFaultSource
    {
        public Fault Fault { get; set; }

        public Fault Next(string operation) => Fault;
    }
}
