using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class CheckpointContract : Contract
{
    static readonly StreamCounters Counters = new() { Done = 11, Quarantined = 2, Retried = 3, Shifted = 4, Total = 100, HandlerMs = 5_000 };

    static readonly StreamPace Pace = new(600, 60_000, 200, 30_000);

    static CheckpointRows Full(DateTimeOffset now) => Given.Rows with
    {
        Cursor = Given.Json("{\"page\":7}"),
        Fingerprint = "sha256:abc",
        Counters = Counters,
        Settled = ["z", "a", "M"],
        RetryLater =
        [
            new() { Key = "late", Payload = Given.Json("1"), Failures = 2, DueAt = now.AddMinutes(2).AddTicks(9_999), Error = "503" },
            new() { Key = "soon", Payload = Given.Json("2"), Failures = 1, DueAt = now.AddMinutes(1), Error = "429" },
        ],
        Breaker = new() { Fingerprint = "401", Error = "the token has expired", FailedCanaries = 2, LastCanaryKey = "z" },
        Ended = true,
        Pace = Pace,
        Failure = new("late", "503", now.AddTicks(9_999)),
    };

    [Fact]
    public async Task A_job_that_saved_nothing_remembers_nothing()
    {
        var nothing = new JobMemory { Steps = [], Streams = [], Partitions = [] };
        Same.As(nothing, await Store.RecallAsync(await EnqueueAsync(), null));
        Same.As(nothing, await Store.RecallAsync(new(4_711), new(4_712)));
    }

    [Fact]
    public async Task A_stream_is_recalled_as_it_was_saved()
    {
        var held = await RunAsync();
        var now = await NowAsync();
        Same.As(new(SaveVerdict.Saved, null), await held.SaveAsync(Full(now)));
        Same.As(new StreamMemory
        {
            Name = Given.Stream,
            Number = 1,
            Cursor = Given.Json("{\"page\":7}"),
            Fingerprint = "sha256:abc",
            Counters = Counters,
            Ahead = ["M", "a", "z"],
            RetryList =
            [
                new() { Key = "soon", Payload = Given.Json("2"), Failures = 1, DueAt = now.AddMinutes(1), Error = "429" },
                new() { Key = "late", Payload = Given.Json("1"), Failures = 2, DueAt = now.AddMinutes(2), Error = "503" },
            ],
            Suspects = [],
            Ended = true,
            Breaker = new() { Fingerprint = "401", Error = "the token has expired", FailedCanaries = 2, LastCanaryKey = "z" },
            OpenQuarantine = 0,
        }, Assert.Single((await Store.RecallAsync(held.Id, null)).Streams));
        Same.As(new StreamReading
        {
            Name = Given.Stream,
            Counters = Counters,
            RetryListed = 2,
            OpenQuarantine = 0,
            Ended = true,
            SavedAt = now,
            Breaker = "the token has expired",
            Pace = Pace,
            Failure = new("late", "503", now),
            Live = null,
        }, Assert.Single((await DetailsAsync(held.Id)).Streams));
    }

    [Fact]
    public async Task Pace_and_last_failure_stand_until_newer_ones_are_known()
    {
        var held = await RunAsync();
        var now = await NowAsync();
        await held.SaveAsync(Full(now));
        await held.SaveAsync(Given.Rows);
        var stands = Assert.Single((await DetailsAsync(held.Id)).Streams);
        Assert.Equal((Pace, new ItemFailure("late", "503", now)), (stands.Pace!.Value, stands.Failure));
        await held.SaveAsync(Given.Rows with { Pace = new(1, 2, 3, 4), Failure = new("next", "504", now.AddSeconds(1)) });
        var newer = Assert.Single((await DetailsAsync(held.Id)).Streams);
        Assert.Equal((new StreamPace(1, 2, 3, 4), new ItemFailure("next", "504", now.AddSeconds(1))), (newer.Pace!.Value, newer.Failure));
    }

    [Fact]
    public async Task The_next_save_replaces_the_line_and_applies_the_deltas()
    {
        var held = await RunAsync();
        var now = await NowAsync();
        await held.SaveAsync(Full(now));
        await PassAsync(5);
        var retried = new RetryItem { Key = "late", Payload = Given.Json("3"), Failures = 3, DueAt = now.AddMinutes(9), Error = "504" };
        await held.SaveAsync(Given.Rows with
        {
            Counters = new() { Done = 12 },
            Settled = ["b"],
            Passed = ["z", "a", "never-ahead"],
            RetryLater = [retried],
            RetryDone = ["soon", "never-listed"],
        });
        Same.As(new StreamMemory
        {
            Name = Given.Stream,
            Number = 2,
            Cursor = null,
            Fingerprint = null,
            Counters = new() { Done = 12 },
            Ahead = ["M", "b"],
            RetryList = [retried],
            Suspects = [],
            Ended = false,
            Breaker = null,
            OpenQuarantine = 0,
        }, Assert.Single((await Store.RecallAsync(held.Id, null)).Streams));
        var reading = Assert.Single((await DetailsAsync(held.Id)).Streams);
        Assert.Equal((now.AddSeconds(5), false, null, 1), (reading.SavedAt, reading.Ended, reading.Breaker, reading.RetryListed));
    }

    [Fact]
    public async Task Streams_and_jobs_are_apart_and_come_in_the_order_of_their_first_save()
    {
        var held = await RunAsync();
        var other = await RunAsync();
        await held.SaveAsync(Given.Rows with { Settled = ["a"] }, "second");
        await held.SaveAsync(Given.Rows with { Settled = ["b"] }, "first");
        await held.SaveAsync(Given.Rows, "second");
        await other.SaveAsync(Given.Rows with { Settled = ["c"] }, "first");
        var streams = (await Store.RecallAsync(held.Id, null)).Streams;
        Assert.Equal([("second", 2L, "a"), ("first", 1L, "b")], streams.Select(stream => (stream.Name, stream.Number, stream.Ahead.Single())));
        Assert.Equal(["second", "first"], (await DetailsAsync(held.Id)).Streams.Select(stream => stream.Name));
        Assert.Equal(["c"], Assert.Single((await Store.RecallAsync(other.Id, null)).Streams).Ahead);
    }

    [Fact]
    public async Task The_same_number_again_is_the_same_write()
    {
        var held = await RunAsync();
        await held.CheckpointAsync(1, Given.Rows with { Settled = ["a"] });
        Assert.Equal(SaveVerdict.Saved, (await held.CheckpointAsync(1, Given.Rows with { Settled = ["b"], Quarantined = [Given.Bad("c")] })).Verdict);
        Assert.Equal(["a"], Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).Ahead);
        Assert.Empty(await QuarantineAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_number_that_does_not_follow_is_refused(long number)
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows);
        await held.SaveAsync(Given.Rows with { Settled = ["a"] });
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(number, Given.Rows with { Settled = ["b"] }));
        Assert.Equal(["a"], Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).Ahead);
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(0, Given.Rows, "another"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(2, Given.Rows, "another"));
    }

    [Fact]
    public async Task Settled_keys_are_told_among_those_asked_for()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows with { Settled = ["a", "b", "c"] });
        await held.SaveAsync(Given.Rows with { Settled = ["other"] }, "another");
        await held.SaveAsync(Given.Rows with { Passed = ["b"] });
        var settled = await Store.SettledAmongAsync(held.Id, Given.Stream, ["c", "x", "a", "b", "A", "other"]);
        Assert.Equal(["a", "c"], settled.Order(StringComparer.Ordinal));
        Assert.Empty(await Store.SettledAmongAsync(held.Id, "unknown", ["a"]));
        Assert.Empty(await Store.SettledAmongAsync(new(4_711), Given.Stream, ["a"]));
    }

    [Fact]
    public async Task Settled_keys_beyond_the_limit_are_not_given_but_told_when_asked_for()
    {
        var held = await RunAsync();
        var keys = Enumerable.Range(0, StoreLimits.AheadGiven).Select(at => $"key-{at:000000}").ToList();
        await held.SaveAsync(Given.Rows with { Settled = keys });
        Assert.Equal(keys, Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).Ahead);
        await held.SaveAsync(Given.Rows with { Settled = ["one more"] });
        Assert.Empty(Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).Ahead);
        Assert.Equal([keys[7]], await Store.SettledAmongAsync(held.Id, Given.Stream, [keys[7], "not me"]));
    }

    [Fact]
    public async Task A_memo_is_recalled_as_saved_and_replaced_by_name()
    {
        var held = await RunAsync();
        var until = (await NowAsync()).AddHours(6);
        Same.As(new(SaveVerdict.Saved, null), await Store.SaveMemoAsync(held.Lease, new() { Name = "open", Result = Given.Json("{\"id\":1}"), ExpiresAt = until.AddTicks(9_999) }));
        await Store.SaveMemoAsync(held.Lease, Given.Memo("close"));
        Same.As(new()
        {
            Partitions = [],
            Steps = [new() { Name = "open", Result = Given.Json("{\"id\":1}"), ExpiresAt = until }, Given.Memo("close")],
            Streams = [],
        }, await Store.RecallAsync(held.Id, null));
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        Same.As([Given.Memo("open"), Given.Memo("close")], (await Store.RecallAsync(held.Id, null)).Steps);
        Assert.Equal(["open", "close"], (await DetailsAsync(held.Id)).Steps);
    }

    [Fact]
    public async Task A_memo_without_a_result_is_empty_and_one_whose_time_is_over_is_still_recalled()
    {
        var held = await RunAsync();
        var over = (await NowAsync()).AddHours(-1);
        StepMemo[] saved = [new() { Name = "done", Result = [], ExpiresAt = null }, new() { Name = "old", Result = Given.Json("1"), ExpiresAt = over }];
        foreach (var memo in saved) await Store.SaveMemoAsync(held.Lease, memo);
        Same.As(saved, (await Store.RecallAsync(held.Id, null)).Steps);
    }

    [Fact]
    public async Task Progress_and_a_finished_step_give_the_crash_budget_back()
    {
        var held = await RunAsync();
        await held.SettleAsync(held.Outcome(JobEvent.Retry) with { Crashes = 2 });
        held = await TakeAsync(held.Worker);
        await held.SaveAsync(Given.Rows with { Settled = ["a"] });
        Assert.Equal(2, (await ReadAsync(held.Id)).Crashes);
        await held.SaveAsync(Given.Rows with { Progress = true });
        Assert.Equal(0, (await ReadAsync(held.Id)).Crashes);
        await held.SettleAsync(held.Outcome(JobEvent.Retry) with { Crashes = 2 });
        held = await TakeAsync(held.Worker);
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        Assert.Equal(0, (await ReadAsync(held.Id)).Crashes);
    }

    [Theory]
    [InlineData("another fence")]
    [InlineData("an unknown job")]
    [InlineData("settled by itself")]
    [InlineData("finished")]
    [InlineData("rescued")]
    [InlineData("rescued and claimed again")]
    public async Task A_write_without_the_lease_is_refused(string how)
    {
        var held = await RunAsync();
        var lease = held.Lease;
        if (how == "another fence") lease = lease with { Fence = lease.Fence + 1 };
        if (how == "an unknown job") lease = lease with { Job = new(4_711) };
        if (how == "settled by itself") await held.SettleAsync(held.Outcome(JobEvent.Retry) with { DueAfter = TimeSpan.FromHours(1) });
        if (how == "finished") await held.SettleAsync(JobEvent.Succeed);
        if (how.StartsWith("rescued", StringComparison.Ordinal)) await CrashAsync(held.Worker);
        if (how == "rescued and claimed again") await TakeAsync(await RegisterAsync(), suspect: true);

        Same.As(new(SaveVerdict.LeaseLost, null), await Store.SaveMemoAsync(lease, Given.Memo("open")));
        var checkpoint = new Checkpoint { Lease = lease, Stream = Given.Stream, Number = 1, Rows = Given.Rows with { Settled = ["a"] }, Effects = null };
        Same.As(new(SaveVerdict.LeaseLost, null), await Store.CheckpointAsync(checkpoint));
        var effects = new Writes((_, _) => Given.Rows);
        Same.As(new(SaveVerdict.LeaseLost, null), await Store.CheckpointAsync(checkpoint with { Rows = null, Effects = effects }));
        Assert.Equal(0, effects.Runs);
        Same.As(new() { Steps = [], Streams = [], Partitions = [] }, await Store.RecallAsync(held.Id, null));
    }
}
