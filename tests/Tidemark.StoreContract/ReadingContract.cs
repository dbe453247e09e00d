using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class ReadingContract : Contract
{
    async Task<JobId[]> ListAsync(JobFilter filter) => [.. (await Store.ListJobsAsync(filter)).Jobs.Select(job => job.Id)];

    [Fact]
    public async Task What_is_unknown_is_null_or_empty()
    {
        Assert.Null(await Store.GetJobAsync(new(4_711)));
        Assert.Null(await Store.GetVerdictAsync(new(4_711)));
        Same.As(new() { Jobs = [], Next = null }, await Store.ListJobsAsync(new()));
        Same.As(new() { Items = [], Next = null }, await Store.ListQuarantineAsync(new()));
        Assert.Empty(await Store.ListQueuesAsync());
        Assert.Empty(await Store.ListWorkersAsync());
    }

    [Fact]
    public async Task A_list_shows_live_and_finished_jobs_as_one_newest_first()
    {
        var worker = await RegisterAsync();
        var first = await RunAsync(worker: worker);
        var second = await RunAsync(worker: worker);
        var third = await EnqueueAsync();
        await second.SettleAsync(second.Outcome(JobEvent.Succeed) with { Reason = "well" });
        var list = (await Store.ListJobsAsync(new())).Jobs;
        Same.As([await ReadAsync(third), await ReadAsync(second.Id), await ReadAsync(first.Id)], list);
        Assert.Equal([JobState.Pending, JobState.Succeeded, JobState.Running], list.Select(job => job.State));
        Assert.Equal([null, null, "host-a:17"], list.Select(job => job.Worker));
    }

    [Fact]
    public async Task A_list_is_filtered_by_state_name_queue_and_tag()
    {
        var held = await RunAsync();
        await held.SettleAsync(JobEvent.Succeed);
        var parked = await RunAsync();
        await parked.SettleAsync(JobEvent.Park);
        var named = await EnqueueAsync(Given.Job with { Name = "other" });
        var queued = await EnqueueAsync(Given.Job with { Queue = "slow" });
        var tagged = await EnqueueAsync(Given.Job with { Tags = ",carrier,ncell," });
        var alike = await EnqueueAsync(Given.Job with { Tags = ",ncell-2,", Name = "other" });

        Assert.Equal([alike, tagged, queued, named], await ListAsync(new() { States = [JobState.Pending] }));
        Assert.Equal([parked.Id, held.Id], await ListAsync(new() { States = [JobState.Parked, JobState.Succeeded] }));
        Assert.Empty(await ListAsync(new() { States = [] }));
        Assert.Equal([alike, named], await ListAsync(new() { Name = "other" }));
        Assert.Equal([queued], await ListAsync(new() { Queue = "slow" }));
        Assert.Equal([tagged], await ListAsync(new() { Tag = "ncell" }));
        Assert.Equal([alike], await ListAsync(new() { Name = "other", Tag = "ncell-2", States = [JobState.Pending], Queue = Given.Queue }));
    }

    [Fact]
    public async Task Pages_neither_repeat_nor_skip_while_jobs_come_and_end()
    {
        var ids = await EnqueueAsync(10);
        var first = await Store.ListJobsAsync(new() { Limit = 4 });
        Assert.Equal(ids[6..].Reverse(), first.Jobs.Select(job => job.Id));
        Assert.Equal(ids[6], first.Next);
        await EnqueueAsync(3);
        await ControlAsync(ids[5], ControlAction.Cancel);
        await ControlAsync(ids[8], ControlAction.Cancel);
        var second = await Store.ListJobsAsync(new() { Limit = 4, Before = first.Next });
        Assert.Equal(ids[2..6].Reverse(), second.Jobs.Select(job => job.Id));
        var third = await Store.ListJobsAsync(new() { Limit = 2, Before = second.Next });
        Assert.Equal(ids[..2].Reverse(), third.Jobs.Select(job => job.Id));
        Assert.Null(third.Next);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_001)]
    public async Task A_page_out_of_range_is_refused(int limit)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListJobsAsync(new() { Limit = limit }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Store.ListQuarantineAsync(new() { Limit = limit }));
    }

    [Fact]
    public async Task Quarantine_pages_go_by_id_and_by_job()
    {
        var held = await RunAsync();
        var other = await RunAsync();
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a"), Given.Bad("b")] });
        await other.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("x")] });
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("c")] });
        var first = await Store.ListQuarantineAsync(new() { Job = held.Id, Limit = 2 });
        Assert.Equal(["a", "b"], first.Items.Select(row => row.Key));
        Assert.Equal(first.Items[1].Id, first.Next);
        var second = await Store.ListQuarantineAsync(new() { Job = held.Id, Limit = 2, After = first.Next });
        Assert.Equal(["c"], second.Items.Select(row => row.Key));
        Assert.Null(second.Next);
        Assert.Equal(["a", "b", "x", "c"], (await QuarantineAsync()).Select(row => row.Key));
    }

    [Fact]
    public async Task Queues_count_their_live_jobs_and_tell_the_longest_wait()
    {
        var now = await NowAsync();
        var worker = await RegisterAsync();
        foreach (var end in new[] { JobEvent.Park, JobEvent.Fail, JobEvent.Fail, JobEvent.Succeed })
            await (await RunAsync(worker: worker)).SettleAsync(end);
        await RunAsync(worker: worker);
        await EnqueueAsync(3);
        await EnqueueAsync(Given.Job with { DueAt = now.AddSeconds(-90) });
        await EnqueueAsync(Given.Job with { DueAt = now.AddHours(1) });
        await EnqueueAsync(Given.Job with { Queue = "a-later-one", DueAt = now.AddHours(1) });
        await Store.SetQueuePausedAsync("zzz", true, "ada", "why not");
        QueueReading counted = new()
        {
            Name = Given.Queue,
            Paused = false,
            Reason = null,
            Pending = 5,
            Running = 1,
            Parked = 1,
            Failed = 2,
            OldestDueAt = now.AddSeconds(-90),
        };
        var none = counted with { Pending = 0, Running = 0, Parked = 0, Failed = 0, OldestDueAt = null };
        Same.As(
        [
            none with { Name = "a-later-one", Pending = 1 },
            counted,
            none with { Name = "zzz", Paused = true, Reason = "why not" },
        ], await Store.ListQueuesAsync());
    }

    [Fact]
    public async Task The_store_tells_of_itself()
    {
        var store = await Store.GetStoreAsync();
        Assert.NotEmpty(store.Description);
        Assert.Null(store.Fault);
        Assert.NotEmpty(store.Facts);
        Assert.All(store.Facts, fact => Assert.NotEmpty(fact.Key));
        Assert.Equal(TimeSpan.Zero, store.Now.Offset);
        await PassAsync(61);
        Assert.Equal(store.Now.AddSeconds(61), await NowAsync());
    }
}
