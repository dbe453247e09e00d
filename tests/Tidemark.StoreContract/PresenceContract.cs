using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Settling;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>What a worker writes of itself while it lives, and what a rescue reads of it after its death.</summary>
public abstract class PresenceContract : Contract
{
    async Task<LiveGauge?> GaugeAsync(Held held) => (await DetailsAsync(held.Id)).Streams.Single(stream => stream.Name == Given.Stream).Live;

    async Task<StreamMemory> StreamAsync(Held held) => Assert.Single((await Store.RecallAsync(held.Id, null)).Streams);

    static int Start(Held held, string key) => held.Presence.ItemStarted(held.Slot, key);

    [Fact]
    public async Task The_gauge_shows_what_an_interruption_now_would_cost()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows);
        Assert.Null(await GaugeAsync(held));
        held.Presence.OpenStream(held.Slot, Given.Stream);
        Assert.Equal(new LiveGauge(0, 0, 0), await GaugeAsync(held));
        var (a, b, c) = (Start(held, "a"), Start(held, "b"), Start(held, "c"));
        Assert.Equal(3, new[] { a, b, c }.Where(place => place >= 0).Distinct().Count());
        held.Presence.ItemEnded(held.Slot, a, settled: true, handlerMs: 40);
        held.Presence.ItemEnded(held.Slot, b, settled: false, handlerMs: 900);
        held.Presence.ItemEnded(held.Slot, c, settled: false, handlerMs: 0);
        Assert.Equal(new LiveGauge(1, 940, 1), await GaugeAsync(held));
        held.Presence.ItemEnded(held.Slot, Start(held, "d"), settled: true, handlerMs: 2);
        Assert.Equal(new LiveGauge(2, 942, 2), await GaugeAsync(held));
        held.Presence.Saved(held.Slot, 1, 40);
        Assert.Equal(new LiveGauge(1, 902, 2), await GaugeAsync(held));
        held.Presence.OpenStream(held.Slot, "another");
        Assert.Null(await GaugeAsync(held));
        held.Presence.OpenStream(held.Slot, Given.Stream);
        Assert.Equal(new LiveGauge(0, 0, 0), await GaugeAsync(held));
        held.Presence.Leave(held.Slot);
        Assert.Null(await GaugeAsync(held));
    }

    [Fact]
    public async Task A_stream_that_has_saved_nothing_yet_is_shown_by_what_its_worker_tells()
    {
        var held = await RunAsync();
        Assert.Empty((await DetailsAsync(held.Id)).Streams);
        held.Presence.OpenStream(held.Slot, Given.Stream);
        Start(held, "a");
        held.Presence.ItemEnded(held.Slot, Start(held, "b"), settled: true, handlerMs: 7);
        await PassAsync(1);
        while ((await GaugeAsync(held))!.Value.Milliseconds <= 7) await Task.Yield(); // what b took, and that a runs; a store may go by the machine's own clock
        var shown = Assert.Single((await DetailsAsync(held.Id)).Streams);
        Assert.Equal((Given.Stream, 0L, (2L, 1L)), (shown.Name, shown.Counters.Done, (shown.Live!.Value.Items, shown.Live.Value.Settled)));
        held.Presence.Leave(held.Slot);
        Assert.Empty((await DetailsAsync(held.Id)).Streams);
    }

    [Fact]
    public async Task The_gauge_tells_the_time_of_what_is_in_flight_and_of_a_batch_that_of_its_first_item()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows);
        held.Presence.OpenStream(held.Slot, Given.Stream);
        held.Presence.ItemStarted(held.Slot, "b", timed: false);
        await PassAsync(1);
        Assert.Equal(new LiveGauge(1, 0, 0), await GaugeAsync(held));
        var first = Start(held, "a");
        await PassAsync(1);
        while ((await GaugeAsync(held))!.Value.Milliseconds == 0) await Task.Yield(); // a store may go by the machine's own clock
        Assert.Equal((2L, 0L), ((await GaugeAsync(held))!.Value.Items, (await GaugeAsync(held))!.Value.Settled));
        held.Presence.ItemEnded(held.Slot, first, settled: true, handlerMs: 3);
        Assert.Equal(new LiveGauge(2, 3, 1), await GaugeAsync(held));
    }

    [Fact]
    public async Task Slots_are_as_many_as_registered_and_are_free_again_after_leaving()
    {
        var worker = await RegisterAsync(Given.Worker with { Slots = 2 });
        var presence = Store.PresenceOf(worker);
        var (first, second) = (presence.Enter(new(1), 1), presence.Enter(new(2), 1));
        Assert.Equal([0, 1], new[] { first, second }.Order());
        presence.Leave(first);
        Assert.Equal(first, presence.Enter(new(3), 1));
    }

    [Fact]
    public async Task An_attempt_that_found_no_slot_is_audited_as_at_most_and_writes_nowhere()
    {
        var worker = await RegisterAsync(Given.Worker with { Slots = 1 });
        await EnqueueAsync(2);
        var jobs = await ClaimAsync(worker);
        var (seen, unseen) = (Enter(worker, jobs[0]), Enter(worker, jobs[1]));
        Assert.Equal(-1, unseen.Slot);
        unseen.Presence.OpenStream(unseen.Slot, Given.Stream);
        Assert.Equal(-1, Start(unseen, "a"));
        unseen.Presence.ItemEnded(unseen.Slot, -1, settled: true, handlerMs: 5);
        unseen.Presence.Saved(unseen.Slot, 1, 5);
        unseen.Presence.Leave(unseen.Slot);
        var rescued = (await CrashAsync(worker)).Jobs;
        var (exact, atMost) = (rescued.Single(job => job.Id == seen.Id), rescued.Single(job => job.Id == unseen.Id));
        Assert.True(exact.Interruption!.Exact);
        Assert.Equal((false, -1L, -1L), (atMost.Interruption!.Exact, atMost.Interruption.CostItems, atMost.Interruption.CostMs));
        Assert.Equal((1, true), ((await ReadAsync(unseen.Id)).Attempt, (await ReadAsync(unseen.Id)).IsSuspect));
    }

    [Fact]
    public async Task A_crash_costs_exactly_what_was_unsaved_and_in_flight_and_names_it()
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, Given.Stream);
        for (var at = 0; at < 5; at++) held.Presence.ItemEnded(held.Slot, Start(held, $"done-{at}"), settled: true, handlerMs: 10);
        await held.SaveAsync(Given.Rows with { Settled = ["done-0", "done-1"] });
        held.Presence.Saved(held.Slot, 2, 20);
        Start(held, "iccid-7");
        Start(held, "iccid-3");
        var interruption = Assert.Single((await CrashAsync(held.Worker)).Jobs).Interruption!;
        Assert.Equal((5L, 30L, true, InterruptionCause.Crash), (interruption.CostItems, interruption.CostMs, interruption.Exact, interruption.Cause));
        Assert.Contains("iccid-7", interruption.Detail, StringComparison.Ordinal);
        Assert.Contains(Given.Stream, interruption.Detail, StringComparison.Ordinal);
        var stream = await StreamAsync(held);
        Same.As([new() { Key = "iccid-3", SoleCrashes = 0 }, new SuspectItem { Key = "iccid-7", SoleCrashes = 0 }], stream.Suspects);
        Assert.Equal(1, stream.Number);
    }

    [Fact]
    public async Task More_items_in_flight_than_places_still_cost_exactly()
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, Given.Stream);
        var places = Enumerable.Range(0, 500).Select(at => Start(held, $"key-{at}")).ToList();
        foreach (var place in places.Take(100)) held.Presence.ItemEnded(held.Slot, place, settled: true, handlerMs: 1);
        foreach (var place in places.TakeLast(100)) held.Presence.ItemEnded(held.Slot, place, settled: true, handlerMs: 1);
        held.Presence.Saved(held.Slot, 150, 150);
        var interruption = Assert.Single((await CrashAsync(held.Worker)).Jobs).Interruption!;
        Assert.Equal((350L, 50L, true), (interruption.CostItems, interruption.CostMs, interruption.Exact));
    }

    [Fact]
    public async Task A_stream_that_was_never_saved_remembers_its_suspects_and_starts_at_its_first_number()
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, Given.Stream);
        Start(held, "a");
        await CrashAsync(held.Worker);
        Same.As(new StreamMemory
        {
            Name = Given.Stream,
            Number = 0,
            Cursor = null,
            Fingerprint = null,
            Counters = default,
            Ahead = [],
            RetryList = [],
            Suspects = [new() { Key = "a", SoleCrashes = 0 }],
            Ended = false,
            Breaker = null,
            OpenQuarantine = 0,
        }, await StreamAsync(held));
        held = await TakeAsync(await RegisterAsync(), suspect: true);
        Assert.True(held.Job.HasMemory);
        Assert.Equal(SaveVerdict.Saved, (await held.CheckpointAsync(1, Given.Rows)).Verdict);
    }

    [Fact]
    public async Task Suspect_items_stay_until_each_is_acquitted_and_hold_the_suspicion_of_their_job()
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, Given.Stream);
        Start(held, "a");
        Start(held, "b");
        await CrashAsync(held.Worker);
        held = await TakeAsync(await RegisterAsync(), suspect: true);
        await held.SaveAsync(Given.Rows with { Progress = true });
        Assert.True((await ReadAsync(held.Id)).IsSuspect);
        Assert.Equal(["a", "b"], (await StreamAsync(held)).Suspects.Select(item => item.Key));
        await held.SaveAsync(Given.Rows with { Acquitted = ["a"] });
        Assert.True((await ReadAsync(held.Id)).IsSuspect);
        Assert.Equal(["b"], (await StreamAsync(held)).Suspects.Select(item => item.Key));
        await held.SaveAsync(Given.Rows with { Acquitted = ["b"] });
        Assert.False((await ReadAsync(held.Id)).IsSuspect);
        Assert.Empty((await StreamAsync(held)).Suspects);
    }

    [Fact]
    public async Task An_item_is_charged_for_a_crash_alone_in_flight_in_the_sole_suspect_and_for_no_other()
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, Given.Stream);
        Start(held, "a");
        await CrashAsync(held.Worker);
        Assert.Equal(0, Assert.Single((await StreamAsync(held)).Suspects).SoleCrashes);

        await AgainAsync("a");
        Assert.Equal([("a", 1)], (await StreamAsync(held)).Suspects.Select(item => (item.Key, item.SoleCrashes)));
        await AgainAsync("a", "b");
        Assert.Equal([("a", 1), ("b", 0)], (await StreamAsync(held)).Suspects.Select(item => (item.Key, item.SoleCrashes)));
        await AgainAsync("b");
        Assert.Equal([("a", 1), ("b", 1)], (await StreamAsync(held)).Suspects.Select(item => (item.Key, item.SoleCrashes)));
        Assert.Equal(3, (await ReadAsync(held.Id)).Crashes);

        async Task AgainAsync(params string[] keys)
        {
            var next = await TakeAsync(await RegisterAsync(), suspect: true);
            next.Presence.OpenStream(next.Slot, Given.Stream);
            foreach (var key in keys) Start(next, key);
            await CrashAsync(next.Worker, crashBudget: 9, itemCrashBudget: 9);
        }
    }

    [Theory]
    [InlineData(Given.Stream, JobState.Pending)]
    [InlineData("a stream that sets nothing aside", JobState.Failed)]
    public async Task A_crash_is_charged_to_the_job_unless_an_item_answers_for_it_by_the_budget_of_its_own_stream(string stream, JobState next)
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, stream);
        Start(held, "a");
        await CrashAsync(held.Worker);
        held = await TakeAsync(await RegisterAsync(), suspect: true);
        held.Presence.OpenStream(held.Slot, stream);
        Start(held, "a");
        await CrashAsync(held.Worker, crashBudget: 1, itemCrashBudget: 1);
        Assert.Equal((next, next == JobState.Failed ? 1 : 0), ((await ReadAsync(held.Id)).State, (await ReadAsync(held.Id)).Crashes));
        Assert.Equal(1, Assert.Single((await StreamAsync(held)).Suspects).SoleCrashes);
    }
}
