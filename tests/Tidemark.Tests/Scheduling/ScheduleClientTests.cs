using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tidemark.Scheduling;
using Tidemark.Storage.InMemory;
using Tidemark.StoreContract;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Scheduling;

/// <summary>Schedules as a host has them: declared, kept by its timekeeper, read and steered by a client, watched.</summary>
public sealed class ScheduleClientTests
{
    static readonly JobKey<int> Purge = new("purge");

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_knows_its_occurrence_and_the_one_before()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<Occurrence>();
        var three = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Purge).HandledBy((int _, JobContext job) =>
            {
                seen.Enqueue(job.Occurrence!);
                if (seen.Count == 3) three.TrySetResult();
            });
            tidemark.AddSchedule("often", Purge, 7, Every.Seconds(1)).Tags("mine");
        });
        await three.Task.WaitAsync(Ending);
        var occurrences = seen.Take(3).ToArray();
        Assert.All(occurrences, occurrence => Assert.Equal(("often", OccurrenceKind.Regular), (occurrence.Schedule, occurrence.Kind)));
        Assert.Equal([null, occurrences[0].At, occurrences[1].At], occurrences.Select(occurrence => occurrence.Previous));
        Assert.Equal(TimeSpan.FromSeconds(1), occurrences[1].At - occurrences[0].At);
        var found = await host.Services.GetRequiredService<Seams.EngineParts>().Store.ListJobsAsync(new() { Tag = "schedule:often" });
        Assert.All(found.Jobs, job => Assert.Contains(",mine,", job.Tags, StringComparison.Ordinal));
        Assert.True(found.Jobs.Length >= 3);
    }

    [Fact]
    public async Task It_is_paused_resumed_and_triggered_and_each_leaves_its_line()
    {
        await using var host = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Purge).HandledBy((int _, JobContext job) => job.SetResult(job.Occurrence!.Kind.ToString()));
            tidemark.AddSchedule("daily", Purge, 7, Every.Day.At(2, 0).In("Asia/Kathmandu"));
        });
        var client = Client(host);
        Assert.Equal("At 02:00, by the clock of Asia/Kathmandu", (await client.FindAsync("daily", Ending))!.Description);
        Assert.True(await client.PauseAsync("daily", "holidays", Ending));
        Assert.False(await client.PauseAsync("daily", cancellationToken: Ending));
        var paused = (await client.FindAsync("daily", Ending))!;
        Assert.Null(paused.NextAt);
        Assert.Equal("paused", Assert.Single(paused.Troubles).Kind);
        Assert.Contains("holidays", paused.Troubles[0].Text, StringComparison.Ordinal);
        var id = await client.TriggerAsync("daily", "at once", Ending);
        Assert.Equal("Trigger", (await host.Jobs.WaitAsync(id, Ending)).Result<string>());
        Assert.True(await client.ResumeAsync("daily", Ending));
        Assert.False(await client.ResumeAsync("daily", Ending));
        var next = await client.NextAsync("daily", 3, Ending);
        Assert.Equal([next[0], next[0].AddDays(1), next[0].AddDays(2)], next);
        Assert.Equal(next[0], (await client.FindAsync("daily", Ending))!.NextAt);
        var audit = (await host.Services.GetRequiredService<Seams.EngineParts>().Store.GetScheduleAsync("daily"))!.Audit;
        Assert.Equal(["Pause holidays", "Trigger at once", "Resume "], audit.Select(line => $"{line.Action} {line.Detail}"));
        Assert.Null(await client.FindAsync("nobodys", Ending));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => client.TriggerAsync("nobodys", cancellationToken: Ending));
    }

    [Fact]
    public async Task Triggers_within_one_millisecond_have_a_job_each_and_take_no_occurrence_of_the_rule()
    {
        var clock = new ManualClock();
        await using var store = new InMemoryJobStore(clock);
        await store.OpenAsync();
        var desk = new ScheduleDesk(store, "ada");
        var now = Tidemark.Storage.StoreLaw.ToMilliseconds(clock.GetUtcNow());
        await DeclareAsync(store, "hourly", Every.Hours(1), Overlap.Allow, now);
        clock.Pass(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1)); // what comes next is the rule's
        var jobs = new List<JobId>();
        for (var i = 0; i < 5; i++) jobs.Add(await desk.TriggerAsync("hourly", null));

        Assert.Equal(5, jobs.Distinct().Count());
        Assert.Equal([-1, 1, 2, 3, 4], (await store.ListOccurrencesAsync(new() { Schedule = "hourly" })).Reverse().Select(one => (one.At - now.AddHours(1)).TotalMilliseconds));
        var details = (await store.GetScheduleAsync("hourly"))!;
        Assert.Equal(5, ScheduleEntry.Of(details.Schedule).State.Fired);
        Assert.Equal(5, details.Audit.Count(line => line.Action == "Trigger"));
    }

    [Fact]
    public async Task A_window_is_made_up_for_once()
    {
        var clock = new ManualClock();
        await using var store = new InMemoryJobStore(clock);
        await store.OpenAsync();
        var desk = new ScheduleDesk(store, "ada");
        var now = Tidemark.Storage.StoreLaw.ToMilliseconds(clock.GetUtcNow());
        await DeclareAsync(store, "hourly", Every.Hours(1), Overlap.Allow, now);
        await DeclareAsync(store, "in-line", Every.Hours(1), Overlap.QueueOne, now);
        clock.Pass(TimeSpan.FromHours(5.5));
        Assert.Equal(3, await desk.CatchUpAsync("hourly", now.AddHours(1), now.AddHours(3)));
        Assert.Equal(2, await desk.CatchUpAsync("hourly", now, now.AddHours(99)));
        Assert.Equal(0, await desk.CatchUpAsync("hourly", now, now.AddHours(99)));
        var occurrences = await store.ListOccurrencesAsync(new() { Schedule = "hourly" });
        Assert.Equal([5, 4, 3, 2, 1], occurrences.Select(one => (one.At - now).TotalHours));
        Assert.All(occurrences, one => Assert.Equal(OccurrenceKind.CatchUp, one.Kind));
        Assert.Equal(5, await desk.CatchUpAsync("in-line", now, now.AddHours(99)));
        var waiting = (await desk.FindAsync("in-line"))!;
        Assert.Equal((5, 0L), (waiting.Waiting, waiting.Fired));
        Assert.Equal(0, await desk.CatchUpAsync("in-line", now, now.AddHours(99)));
        await Assert.ThrowsAsync<ArgumentException>(() => desk.CatchUpAsync("hourly", now.AddHours(2), now));
    }

    // What lies before the window would count as decided: never run, and never told as missed.
    [Fact]
    public async Task A_window_behind_occurrences_that_nobody_has_decided_on_is_refused()
    {
        var clock = new ManualClock();
        await using var store = new InMemoryJobStore(clock);
        await store.OpenAsync();
        var desk = new ScheduleDesk(store, "ada");
        var now = Tidemark.Storage.StoreLaw.ToMilliseconds(clock.GetUtcNow());
        await DeclareAsync(store, "hourly", Every.Hours(1), Overlap.Allow, now);
        clock.Pass(TimeSpan.FromHours(5.5)); // no worker all the time
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => desk.CatchUpAsync("hourly", now.AddHours(3), now.AddHours(4)));
        Assert.Contains("is not decided yet", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await store.ListOccurrencesAsync(new() { Schedule = "hourly" }));

        // A pause has decided: what fell into it is made up for only where somebody asks.
        await desk.PauseAsync("hourly", "holidays");
        Assert.Equal(2, await desk.CatchUpAsync("hourly", now.AddHours(3), now.AddHours(4)));
    }

    [Fact]
    public async Task Whatever_stops_a_schedule_the_health_check_says_so_and_why()
    {
        var clock = new ManualClock();
        await using var store = new InMemoryJobStore(clock);
        await store.OpenAsync();
        var now = Tidemark.Storage.StoreLaw.ToMilliseconds(clock.GetUtcNow());
        await DeclareAsync(store, "overdue", Every.Minutes(10), Overlap.QueueOne, now);
        await DeclareAsync(store, "ended", Schedule.At(now.AddDays(-1)), Overlap.QueueOne, now);
        Assert.Equal(["ended: ended-unrun"], await TroublesAsync(store));
        clock.Pass(TimeSpan.FromMinutes(10.6));
        Assert.Equal(["ended: ended-unrun", "overdue: no-worker"], await TroublesAsync(store));
        var worker = await store.RegisterAsync(Given.Worker);
        Assert.Equal(["ended: ended-unrun", "overdue: overdue"], await TroublesAsync(store));
        var late = (await store.GetScheduleAsync("overdue"))!.Schedule;
        await store.ChangeSchedulesAsync([Planner.Of(ScheduleEntry.Of(late), now.AddMinutes(10)).Change]);
        Assert.Equal(["ended: ended-unrun"], await TroublesAsync(store));
        clock.Pass(TimeSpan.FromSeconds(31));
        await store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 });
        Assert.Equal(["ended: ended-unrun", "overdue: unknown-job"], await TroublesAsync(store));
        var orphan = Declaring.Orphaned((await store.GetScheduleAsync("overdue"))!.Schedule, "test", now)!;
        await store.ChangeSchedulesAsync([orphan with { Row = orphan.Row with { Fault = "no zone" } }]);
        Assert.Equal(["ended: ended-unrun", "overdue: fault", "overdue: orphaned", "overdue: unknown-job"], await TroublesAsync(store));
    }

    [Fact]
    public async Task The_health_check_is_degraded_while_one_rests_and_recovers()
    {
        await using var host = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Purge).HandledBy((int _) => { });
            tidemark.AddSchedule("daily", Purge, 7, Every.Day.At(2, 0));
        });
        await host.UntilAsync(health => health.Status == HealthStatus.Healthy);
        await Client(host).PauseAsync("daily", "holidays", Ending);
        var ill = await host.UntilAsync(health => health.Status == HealthStatus.Degraded);
        Assert.Contains("'daily': paused since", ill.Description, StringComparison.Ordinal);
        Assert.Contains("tidemark schedule resume daily", ill.Description, StringComparison.Ordinal);
        await Client(host).ResumeAsync("daily", Ending);
        await host.UntilAsync(health => health.Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task What_is_declared_wrong_is_told_at_the_start_all_at_once()
    {
        var fault = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Purge).HandledBy((int _) => { });
            tidemark.AddSchedule("twice", Purge, 7, Every.Hours(1));
            tidemark.AddSchedule("twice", Purge, 7, Every.Hours(2));
            tidemark.AddSchedule("window", Purge, 7, Every.Hours(1)).CatchUpWithin(TimeSpan.Zero).Priority(101);
            tidemark.AddSchedule("nothing", new JobKey<string>("text"), null!, Every.Hours(1));
        }));
        foreach (var said in (string[])["'twice' is declared twice", "Schedule 'window': CatchUpWithin is", "Priority is 101", "Schedule 'nothing': The arguments of 'text' are null"])
            Assert.Contains(said, fault.Message, StringComparison.Ordinal);
    }

    static IScheduleClient Client(EngineHost host) => host.Services.GetRequiredService<IScheduleClient>();

    static async Task DeclareAsync(InMemoryJobStore store, string name, Schedule rule, Overlap overlap, DateTimeOffset now)
    {
        var declared = new ScheduleDeclaration(name, new() { Rule = rule.Definition, Job = "purge", Queue = "default", Overlap = overlap }, Given.Json("1"));
        await store.ChangeSchedulesAsync([Declaring.Of(declared, "app", "test", null, now)!]);
    }

    static async Task<string[]> TroublesAsync(InMemoryJobStore store) =>
        [.. (await ScheduleWatch.TroublesAsync(store)).Troubles.Select(one => $"{one.Schedule}: {one.Trouble.Kind}")];
}
