using Tidemark.Scheduling;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Scheduling.Fleet;

/// <summary>What eats schedules elsewhere: restarts, several processes, lost answers, deaths, stepped clocks, silence.</summary>
public sealed class FleetTests
{
    static readonly JobKey<int> Purge = new("purge");
    static readonly TimeSpan TenSeconds = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_daily_schedule_runs_thirty_times_in_thirty_days_of_restarts_every_ten_minutes() => ScheduleFleet.Run(1, fleet =>
    {
        for (var restarts = 0; restarts < 30 * 24 * 6; restarts++)
        {
            var process = fleet.Boot(Declare);
            fleet.Pass(TimeSpan.FromMinutes(10));
            process.Kill("restarted");
        }
        fleet.Boot(Declare);
        fleet.Pass(TimeSpan.FromMinutes(1));
        foreach (var name in (string[])["by-the-clock", "every-24-hours"]) Assert.Equal(30, fleet.Occurrences(name).Length);
        Assert.Equal(30 * 24, fleet.Occurrences("hourly").Length);
        Assert.Equal(60 + 30 * 24, fleet.Jobs().Length);
        Assert.All(fleet.Jobs(), occurrence => Assert.Equal(OccurrenceKind.Regular, occurrence.Kind));
        var first = new DateTimeOffset(2026, 3, 1, 20, 30, 0, TimeSpan.Zero); // 02:15 of the next day in Kathmandu
        Assert.Equal(Enumerable.Range(0, 30).Select(day => first.AddDays(day)), fleet.Occurrences("by-the-clock").Select(one => one.At));
        Assert.Equal(0, fleet.Entry("by-the-clock").State.Missed);

        static void Declare(TidemarkBuilder tidemark)
        {
            tidemark.AddSchedule("by-the-clock", Purge, 1, Every.Day.At(2, 15).In("Asia/Kathmandu")).Overlap(Overlap.Allow);
            tidemark.AddSchedule("every-24-hours", Purge, 2, Every.Hours(24)).Overlap(Overlap.Allow);
            tidemark.AddSchedule("hourly", Purge, 3, Every.Hours(1)).Overlap(Overlap.Allow);
        }
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Eight_workers_that_die_and_lose_answers_under_a_clock_that_steps_give_each_occurrence_one_job(int seed) => ScheduleFleet.Run(seed, fleet =>
    {
        var alive = new List<SimProcess>();
        var first = fleet.Sim.UtcNow;
        for (var turn = 0; turn < 400; turn++)
        {
            while (alive.Count < 8) alive.Add(fleet.Boot(Declare));
            fleet.Pass(TimeSpan.FromSeconds(5 + fleet.Sim.Random.Next(40)));
            if (turn % 3 == 0) Kill(alive, fleet.Sim.Random.Next(alive.Count));
            if (turn % 50 == 25) fleet.StoreClock.Offset += TimeSpan.FromHours(1);
            if (turn % 50 == 45) fleet.StoreClock.Offset -= TimeSpan.FromHours(1);
            if (turn % 40 != 39) continue;
            while (alive.Count > 0) Kill(alive, 0);
            fleet.Pass(TimeSpan.FromMinutes(7)); // nobody is there when they are due
        }
        while (alive.Count > 0) Kill(alive, 0);
        fleet.StoreClock.Offset = TimeSpan.Zero;
        fleet.Boot(Declare);
        fleet.Pass(TimeSpan.FromHours(2)); // past whatever a stepped clock has run ahead
        Check(fleet, first);
    }, new SeededFaults(seed, new() { ErrorBefore = 0.02, ErrorAfter = 0.02, Delay = 0.05 }), poll: TimeSpan.FromSeconds(1));

    [Fact]
    public void One_at_fault_is_told_of_tried_again_and_stops_neither_the_others_nor_a_start() => ScheduleFleet.Run(6, fleet =>
    {
        fleet.Boot(tidemark => Add(tidemark, "zoneless", "unreadable", "well"));
        fleet.Pass(TimeSpan.FromMinutes(1));
        var (zoneless, unreadable) = (fleet.Reading("zoneless"), fleet.Reading("unreadable"));
        Write(fleet, zoneless, zoneless.Row with { Terms = zoneless.Row.Terms.Replace("every 10s", "cron * * * * * *; in Mars/Olympus", StringComparison.Ordinal) });
        Write(fleet, unreadable, unreadable.Row with { State = "{\"waiting\":7}" });
        var before = fleet.Occurrences("well").Length;
        fleet.Pass(TimeSpan.FromMinutes(3));
        Assert.InRange(fleet.Occurrences("well").Length - before, 17, 19);
        Assert.Contains("Mars/Olympus", fleet.Reading("zoneless").Row.Fault, StringComparison.Ordinal);
        Assert.Contains("cannot be read", fleet.Reading("unreadable").Row.Fault, StringComparison.Ordinal);
        fleet.Boot(tidemark => Add(tidemark, "zoneless", "unreadable", "well")); // starts, and declares a rule that can be read
        fleet.Pass(TimeSpan.FromMinutes(1));
        Assert.Null(fleet.Reading("zoneless").Row.Fault);
        Assert.NotNull(fleet.Reading("unreadable").Row.Fault);
        Write(fleet, fleet.Reading("unreadable"), fleet.Reading("unreadable").Row with { State = unreadable.Row.State });
        fleet.Pass(TimeSpan.FromMinutes(2));
        Assert.Null(fleet.Reading("unreadable").Row.Fault);
        Assert.InRange(fleet.Sim.UtcNow - fleet.Entry("unreadable").State.LastAt!.Value, TimeSpan.Zero, TenSeconds);

        static void Add(TidemarkBuilder tidemark, params string[] names)
        {
            foreach (var name in names) tidemark.AddSchedule(name, Purge, 1, Every.Seconds(10)).Overlap(Overlap.Allow);
        }

        static void Write(ScheduleFleet fleet, ScheduleReading kept, ScheduleRow row) => SimWorld.Now(fleet.Store.ChangeSchedulesAsync([new() { Expected = kept.Version, Row = row }]));
    });

    [Fact]
    public void Two_releases_side_by_side_disarm_each_other_for_a_minute_at_most_and_lose_nothing() => ScheduleFleet.Run(5, fleet =>
    {
        var former = fleet.Boot(tidemark => Add(tidemark, "both", "former"));
        fleet.Pass(TimeSpan.FromMinutes(5.5)); // out of step: each looks once a minute
        fleet.Boot(tidemark => Add(tidemark, "both", "newer"));
        fleet.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(ScheduleRest.Orphaned, fleet.Reading("former").Row.Rest);
        fleet.Pass(TimeSpan.FromMinutes(5));
        former.Kill("crashed");
        fleet.Boot(tidemark => Add(tidemark, "both", "former"));
        fleet.Pass(TimeSpan.FromMinutes(5));
        foreach (var name in (string[])["both", "former", "newer"])
        {
            var (entry, all) = (fleet.Entry(name), fleet.Occurrences(name));
            Assert.Equal((ScheduleRest.None, 0L), (fleet.Reading(name).Row.Rest, entry.State.Missed));
            Assert.Equal(Enumerable.Range(1, all.Length).Select(n => entry.State.Anchor + n * TenSeconds), all.Select(one => one.At));
            Assert.InRange(fleet.Sim.UtcNow - all[^1].At, TimeSpan.Zero, TenSeconds);
        }

        static void Add(TidemarkBuilder tidemark, params string[] names)
        {
            foreach (var name in names) tidemark.AddSchedule(name, Purge, 1, Every.Seconds(10)).Overlap(Overlap.Allow).Misfire(Misfire.RunAll);
        }
    });

    static void Check(ScheduleFleet fleet, DateTimeOffset first)
    {
        var entry = fleet.Entry("every-ten-seconds");
        var all = fleet.Occurrences("every-ten-seconds");
        Assert.True(all.Length > 1_500);
        // The grid without a gap, each once, each with a job of its own, each job knowing its predecessor.
        Assert.Equal(Enumerable.Range(1, all.Length).Select(n => entry.State.Anchor + n * TenSeconds), all.Select(one => one.At));
        Assert.InRange(entry.State.Anchor, first, first.AddMinutes(5));
        Assert.Equal(all.Length, all.Select(one => one.Job).Distinct().Count());
        var jobs = fleet.Jobs();
        Assert.Equal(all.Select(one => one.At), jobs.Select(job => job.At).Order());
        Assert.Equal(all.Select(one => one.At).SkipLast(1), jobs.Select(job => job.Previous).OfType<DateTimeOffset>().Order());
        Assert.Equal((0L, (long)all.Length), (entry.State.Missed, entry.State.Fired));
    }

    static void Declare(TidemarkBuilder tidemark) => tidemark.AddSchedule("every-ten-seconds", Purge, 1, Every.Seconds(10)).Overlap(Overlap.Allow).Misfire(Misfire.RunAll, limit: 1_000);

    static void Kill(List<SimProcess> alive, int at)
    {
        alive[at].Kill("killed");
        alive.RemoveAt(at);
    }
}
