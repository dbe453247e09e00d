using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Running;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class QuarantineContract : Contract
{
    async Task<Held> WithQuarantineAsync(params string[] keys)
    {
        var held = await RunAsync(Given.Job with { Arguments = Given.Json("{\"n\":1}"), Priority = 4, Tags = ",a,", Dedup = Given.Key("k") });
        await held.SaveAsync(Given.Rows with { Settled = keys, Quarantined = [.. keys.Select(Given.Bad)], Counters = new() { Done = 10, Quarantined = keys.Length } });
        return held;
    }

    Task<ReplayReply> ReplayAsync(JobId job, string? stream = null, params long[] ids) =>
        Store.ReplayAsync(new() { Job = job, Stream = stream, Ids = ids.Length == 0 ? null : ids, By = "ada" }).AsTask();

    [Fact]
    public async Task An_item_set_aside_is_read_whole_and_again_when_it_is_set_aside_again()
    {
        var held = await RunAsync();
        var entry = new QuarantineEntry { Key = "iccid-1", Payload = Given.Json("{\"iccid\":1}"), Failures = 3, Error = "no such plan" };
        await held.SaveAsync(Given.Rows with { Quarantined = [entry] });
        var row = Assert.Single(await QuarantineAsync());
        Same.As(new QuarantineReading
        {
            Id = row.Id,
            Job = held.Id,
            JobName = Given.Name,
            Stream = Given.Stream,
            Key = "iccid-1",
            Payload = Given.Json("{\"iccid\":1}"),
            Error = "no such plan",
            Failures = 3,
            At = await NowAsync(),
            Visit = null,
        }, row);
        await PassAsync(1);
        await held.SaveAsync(Given.Rows with { Quarantined = [entry with { Payload = Given.Json("2"), Failures = 4, Error = "still none" }] });
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("iccid-1")] }, "another");
        Same.As(row with { Payload = Given.Json("2"), Failures = 4, Error = "still none", At = await NowAsync() }, (await QuarantineAsync())[0]);
        Assert.Equal([Given.Stream, "another"], (await QuarantineAsync()).Select(reading => reading.Stream));
        Assert.Equal([1, 1], (await DetailsAsync(held.Id)).Streams.Select(stream => stream.OpenQuarantine));
    }

    [Fact]
    public async Task What_the_breaker_takes_back_goes_from_quarantine_to_the_retry_list()
    {
        var held = await WithQuarantineAsync("a", "b", "c");
        var other = await WithQuarantineAsyncOfAnother("a");
        await held.SaveAsync(Given.Rows with { TakenBack = [Given.Later("a"), Given.Later("unknown")], Replayed = ["b"], Counters = new() { Done = 10, Quarantined = 3 } });
        Assert.Equal(["b", "c"], (await QuarantineAsync(held.Id)).Select(row => row.Key));
        Assert.Single(await QuarantineAsync(other.Id));
        var stream = Assert.Single((await Store.RecallAsync(held.Id, null)).Streams);
        Same.As([Given.Later("a")], stream.RetryList);
        Assert.Equal((2, 2), (stream.Counters.Quarantined, stream.OpenQuarantine));
        await held.SaveAsync(Given.Rows with { TakenBack = [Given.Later("c")], Quarantined = [Given.Bad("c")] });
        Assert.Equal(["b", "c"], (await QuarantineAsync(held.Id)).Select(row => row.Key).Order());
    }

    [Fact]
    public async Task What_a_visit_has_claimed_or_done_the_breaker_does_not_take_back()
    {
        var held = await WithQuarantineAsync("a", "b", "c");
        await ReplayAsync(held.Id, null, [.. (await QuarantineAsync()).Take(2).Select(row => row.Id)]);
        var visit = await TakeAsync(held.Worker);
        await visit.SaveAsync(Given.Rows with { Replayed = ["a"] });
        await held.SaveAsync(Given.Rows with { TakenBack = [Given.Later("a"), Given.Later("b"), Given.Later("c")], Counters = new() { Done = 10, Quarantined = 3 } });
        Assert.Equal(["b"], (await QuarantineAsync()).Select(row => row.Key));
        Assert.Equal(["c"], Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).RetryList.Select(item => item.Key));
        var counters = (await DetailsAsync(held.Id)).Streams[0].Counters;
        Assert.Equal((11L, 1L), (counters.Done, counters.Quarantined));
    }

    [Fact]
    public async Task What_a_visits_breaker_takes_back_stays_in_quarantine_claimed_by_it()
    {
        var held = await WithQuarantineAsync("a");
        await ReplayAsync(held.Id);
        var visit = await TakeAsync(held.Worker);
        await visit.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a")], Counters = new() { Quarantined = 1 } });
        Assert.Null(Assert.Single(await QuarantineAsync()).Visit);
        await visit.SaveAsync(Given.Rows with { TakenBack = [Given.Later("a")], Counters = new() { Quarantined = 1 } });
        Assert.Equal(visit.Id, Assert.Single(await QuarantineAsync()).Visit);
        var stream = Assert.Single((await Store.RecallAsync(visit.Id, held.Id)).Streams);
        Assert.Equal(("a", 0), (Assert.Single(stream.RetryList).Key, stream.Counters.Quarantined));
        await visit.SaveAsync(Given.Rows with { Replayed = ["a"], RetryDone = ["a"] });
        Assert.Empty(await QuarantineAsync());
        Assert.Equal((11L, 0L), ((await DetailsAsync(held.Id)).Streams[0].Counters.Done, (await DetailsAsync(held.Id)).Streams[0].Counters.Quarantined));
    }

    async Task<Held> WithQuarantineAsyncOfAnother(string key)
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad(key)] });
        return held;
    }

    [Fact]
    public async Task A_replay_is_a_child_job_like_its_parent_for_one_stream()
    {
        var held = await WithQuarantineAsync("a", "b");
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SettleAsync(JobEvent.Succeed);
        await PassAsync(1);
        ReplayReply? reply = null;
        await HintedAsync(async () => reply = await ReplayAsync(held.Id));
        var visit = Assert.Single(reply!.Visits);
        Assert.Equal(2, reply.Items);
        Assert.All(await QuarantineAsync(), row => Assert.Equal(visit, row.Visit));
        var audit = Assert.Single((await DetailsAsync(held.Id)).Audit);
        Assert.Equal((await NowAsync(), "ada", "Replay"), (audit.At, audit.By, audit.Action));
        Assert.Equal([visit], (await DetailsAsync(held.Id)).Visits);

        var job = Assert.Single(await ClaimAsync(held.Worker));
        Same.As(held.Job with
        {
            Id = visit,
            Fence = job.Fence,
            DueAt = await NowAsync(),
            CreatedAt = await NowAsync(),
            Parent = held.Id,
            Visit = new() { Stream = Given.Stream, Kind = VisitKind.QuarantineReplay },
            DedupKey = null,
            HasMemory = true,
        }, job);
    }

    [Fact]
    public async Task A_visit_recalls_its_parents_memos_and_its_own_streams()
    {
        var held = await WithQuarantineAsync("a");
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await Store.SaveMemoAsync(held.Lease, Given.Memo("shared"));
        await held.SettleAsync(JobEvent.Succeed);
        await ReplayAsync(held.Id);
        var visit = await TakeAsync(held.Worker);
        var own = Given.Memo("shared") with { Result = Given.Json("\"the visit's\"") };
        await Store.SaveMemoAsync(visit.Lease, own);
        await visit.SaveAsync(Given.Rows with { Settled = ["mine"] });
        var memory = await Store.RecallAsync(visit.Id, held.Id);
        Same.As([Given.Memo("open"), own], memory.Steps);
        Assert.Equal(["mine"], Assert.Single(memory.Streams).Ahead);
        Assert.Equal(["shared"], (await Store.RecallAsync(visit.Id, null)).Steps.Select(step => step.Name));
    }

    [Fact]
    public async Task A_replay_takes_one_stream_or_the_ids_given_and_leaves_what_another_has()
    {
        var held = await WithQuarantineAsync("a", "b", "c");
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("x")] }, "another");
        var rows = await QuarantineAsync();
        var first = await ReplayAsync(held.Id, null, rows[1].Id, 4_711);
        Assert.Equal(1, first.Items);
        var second = await ReplayAsync(held.Id, Given.Stream);
        Assert.Equal((2, 1), (second.Items, second.Visits.Length));
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("d")] });
        var third = await ReplayAsync(held.Id);
        Assert.Equal((2, 2), (third.Items, third.Visits.Length));
        Assert.Equal(["another", Given.Stream], await Task.WhenAll(third.Visits.Select(async visit => (await Store.ReadReplayAsync(visit, 0, 10)).Single().Key == "x" ? "another" : Given.Stream)));
        Assert.Equal([second.Visits[0], first.Visits[0], second.Visits[0], third.Visits[0], third.Visits[1]], (await QuarantineAsync()).Select(row => row.Visit!.Value));
        Same.As(new() { Visits = [], Items = 0 }, await ReplayAsync(held.Id));
        Same.As(new() { Visits = [], Items = 0 }, await ReplayAsync(new(4_711)));
        Assert.Equal(0, (await Store.ReplayAsync(new() { Job = held.Id, Ids = [], By = "ada" })).Items);
    }

    [Fact]
    public async Task A_visit_reads_its_rows_by_page()
    {
        var held = await WithQuarantineAsync("a", "b", "c");
        var visit = Assert.Single((await ReplayAsync(held.Id)).Visits);
        var rows = await QuarantineAsync();
        var page = await Store.ReadReplayAsync(visit, 0, 2);
        Same.As([new() { Id = rows[0].Id, Key = "a", Payload = Given.Json("\"a\"") }, new QuarantinedRow { Id = rows[1].Id, Key = "b", Payload = Given.Json("\"b\"") }], page);
        Assert.Equal(["c"], (await Store.ReadReplayAsync(visit, page[^1].Id, 2)).Select(row => row.Key));
        Assert.Empty(await Store.ReadReplayAsync(visit, rows[2].Id, 2));
        Assert.Empty(await Store.ReadReplayAsync(held.Id, 0, 2));
    }

    [Fact]
    public async Task What_a_visit_did_moves_in_its_parents_counters_and_a_running_parent_does_not_overwrite_it()
    {
        var held = await WithQuarantineAsync("a", "b", "c");
        var rows = await QuarantineAsync();
        await ReplayAsync(held.Id, null, rows[0].Id, rows[1].Id);
        var visit = await TakeAsync(held.Worker);
        await visit.SaveAsync(Given.Rows with { Replayed = ["a", "c", "unknown"], Quarantined = [Given.Bad("b") with { Failures = 9 }], Counters = new() { Done = 1 } });

        Assert.Equal(["b", "c"], (await QuarantineAsync()).Select(row => row.Key));
        var again = (await QuarantineAsync())[0];
        Assert.Equal((rows[1].Id, held.Id, 9, null), (again.Id, again.Job, again.Failures, again.Visit));
        Assert.Empty(await Store.ReadReplayAsync(visit.Id, 0, 10));
        var stream = (await DetailsAsync(held.Id)).Streams[0];
        Assert.Equal((11L, 2L, 2), (stream.Counters.Done, stream.Counters.Quarantined, stream.OpenQuarantine));
        Assert.Equal(0, (await DetailsAsync(visit.Id)).Streams[0].OpenQuarantine);
        Assert.Equal(1, (await DetailsAsync(visit.Id)).Streams[0].Counters.Done);

        await held.SaveAsync(Given.Rows with { Counters = new() { Done = 20, Quarantined = 3 } });
        Assert.Equal((21L, 2L), ((await DetailsAsync(held.Id)).Streams[0].Counters.Done, (await DetailsAsync(held.Id)).Streams[0].Counters.Quarantined));
        Assert.Equal(20, (await Store.RecallAsync(held.Id, null)).Streams[0].Counters.Done);
    }

    [Theory]
    [InlineData(nameof(JobEvent.Succeed), true)]
    [InlineData(nameof(JobEvent.Cancel), true)]
    [InlineData(nameof(JobEvent.Fail), false)]
    [InlineData(nameof(JobEvent.Retry), false)]
    public async Task A_visit_that_ends_gives_back_what_it_has_not_done(string happened, bool givenBack)
    {
        var held = await WithQuarantineAsync("a");
        await ReplayAsync(held.Id);
        var visit = await TakeAsync(held.Worker);
        await visit.SettleAsync(Enum.Parse<JobEvent>(happened));
        Assert.Equal(givenBack ? null : visit.Id, Assert.Single(await QuarantineAsync()).Visit);
        Assert.Equal(givenBack ? 1 : 0, (await ReplayAsync(held.Id)).Items);
    }

    [Fact]
    public async Task A_finished_parent_keeps_its_memory_until_the_last_visit_has_ended()
    {
        var held = await WithQuarantineAsync("a");
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SettleAsync(JobEvent.Succeed);
        await ReplayAsync(held.Id);
        var visit = await TakeAsync(held.Worker);
        await visit.SaveAsync(Given.Rows with { Replayed = ["a"] });
        Assert.Empty(await QuarantineAsync());
        Assert.Single((await Store.RecallAsync(visit.Id, held.Id)).Steps);
        await visit.SettleAsync(JobEvent.Succeed);
        Assert.Empty((await Store.RecallAsync(held.Id, null)).Steps);
        Assert.Equal(11, (await DetailsAsync(held.Id)).Streams[0].Counters.Done);
    }
}
