using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>Where the ways of a job and of its partitions part: asked before they begin, ended before they end, and what is left of them to give up or to count.</summary>
public abstract class PartitionSteeringContract : Contract
{
    Task<SaveReply> SplitAsync(Held held) => Store.SplitAsync(new() { Lease = held.Lease, Stream = Given.Stream, Partitions = 2 }).AsTask();

    // A job that waits for its partitions, and the visits as claimed.
    async Task<(Held Whole, Held[] Visits)> WaitingAsync()
    {
        var held = await RunAsync();
        await SplitAsync(held);
        await held.SettleAsync(held.Outcome(JobEvent.Park) with { Reason = PartitionLaw.WaitsFor(Given.Stream, 2) });
        return (held, [.. (await ClaimAsync(held.Worker)).Select(visit => Enter(held.Worker, visit))]);
    }

    // Both have failed, and the job that was woken for it runs.
    async Task<(Held Whole, Held[] Visits)> FailedAsync()
    {
        var (whole, visits) = await WaitingAsync();
        foreach (var visit in visits) await visit.SettleAsync(JobEvent.Fail);
        return (await TakeAsync(whole.Worker), visits);
    }

    async Task<(long Counted, long Open)> ToldAsync(Held visit)
    {
        var stream = Assert.Single((await Store.RecallAsync(visit.Id, visit.Job.Parent)).Streams);
        return (stream.Counters.Quarantined, stream.OpenQuarantine);
    }

    [Theory]
    [InlineData(nameof(ControlAction.Park))]
    [InlineData(nameof(ControlAction.Cancel))]
    public async Task A_job_of_which_something_is_asked_is_not_split_before_it_has_obeyed(string action)
    {
        var held = await RunAsync();
        await ControlAsync(held.Id, Enum.Parse<ControlAction>(action), "not now");
        var reply = await SplitAsync(held);
        Assert.Equal((SaveVerdict.Saved, action, "not now"), (reply.Verdict, reply.Ask!.Kind.ToString(), reply.Ask.Reason));
        var memory = await Store.RecallAsync(held.Id, null);
        Assert.Equal((0, 0), (memory.Streams.Length, memory.Partitions.Length));
        Assert.Empty(await ClaimIdsAsync(held.Worker));
    }

    [Fact]
    public async Task A_job_that_was_parked_before_its_stream_was_split_splits_it_once_it_is_woken()
    {
        var held = await RunAsync();
        await ControlAsync(held.Id, ControlAction.Park, "not now");
        await SplitAsync(held);
        await held.SettleAsync(held.Outcome(JobEvent.Park) with { Reason = "not now" });
        Assert.Equal((JobState.Parked, 0), (await StateAsync(held.Id), (await ClaimIdsAsync(held.Worker)).Length));
        await ControlAsync(held.Id, ControlAction.Wake);
        var again = await TakeAsync(held.Worker);
        Assert.Null((await SplitAsync(again)).Ask);
        Assert.Equal(2, (await ClaimIdsAsync(held.Worker)).Length);
    }

    [Fact]
    public async Task A_partition_that_fails_when_its_job_has_been_cancelled_is_given_up_like_any_job()
    {
        var (whole, visits) = await WaitingAsync();
        await ControlAsync(whole.Id, ControlAction.Cancel);
        await visits[0].SettleAsync(JobEvent.Fail);
        Assert.Equal(new(ControlVerdict.Refused, JobState.Failed), await ControlAsync(visits[0].Id, ControlAction.Cancel));
        Assert.Equal(new(ControlVerdict.Done, JobState.Failed), await ControlAsync(visits[0].Id, ControlAction.Discard));
        Assert.Equal(JobState.Cancelled, await StateAsync(visits[0].Id));
        Assert.Equal(new(ControlVerdict.Asked, JobState.Running), await ControlAsync(visits[1].Id, ControlAction.Cancel));
    }

    [Fact]
    public async Task A_partition_that_its_job_has_succeeded_without_is_given_up_like_any_job()
    {
        var (whole, visits) = await FailedAsync();
        Assert.Equal(new(ControlVerdict.OfPartition, JobState.Failed), await ControlAsync(visits[0].Id, ControlAction.Discard));
        await whole.SettleAsync(JobEvent.Succeed);
        foreach (var visit in visits)
        {
            Assert.Equal(new(ControlVerdict.Done, JobState.Failed), await ControlAsync(visit.Id, ControlAction.Discard));
            Assert.Equal(JobState.Cancelled, await StateAsync(visit.Id));
        }
    }

    [Fact]
    public async Task A_partition_is_not_given_up_alone_while_a_job_lives_that_has_inherited_its_stream()
    {
        var (whole, visits) = await FailedAsync();
        await whole.SettleAsync(whole.Outcome(JobEvent.Succeed) with { KeepMemory = true });
        await EnqueueAsync(Given.Job with { Inherits = whole.Id });
        Assert.Equal(new(ControlVerdict.OfPartition, JobState.Failed), await ControlAsync(visits[0].Id, ControlAction.Discard));
    }

    [Fact]
    public async Task To_cancel_a_partition_that_is_done_is_refused_as_for_any_job()
    {
        var (_, visits) = await WaitingAsync();
        await visits[0].SettleAsync(JobEvent.Succeed);
        Assert.Equal(new(ControlVerdict.Refused, JobState.Succeeded), await ControlAsync(visits[0].Id, ControlAction.Cancel));
    }

    [Fact]
    public async Task A_partition_is_told_how_many_rows_are_open_of_its_whole_stream()
    {
        var (whole, visits) = await WaitingAsync();
        await visits[0].SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a"), Given.Bad("b")], Counters = new() { Quarantined = 2 } });
        await visits[1].SaveAsync(Given.Rows with { Quarantined = [Given.Bad("c")], Counters = new() { Quarantined = 1 } });
        Assert.Equal((2, 3), await ToldAsync(visits[0]));
        Assert.Equal((1, 3), await ToldAsync(visits[1]));
        await Store.DropQuarantineAsync([.. (await QuarantineAsync(whole.Id)).Where(row => row.Key != "c").Select(row => row.Id)], "ada");
        Assert.Equal((2, 1), await ToldAsync(visits[0]));

        var replay = Assert.Single((await Store.ReplayAsync(new() { Job = whole.Id, By = "ada" })).Visits);
        var replaying = Enter(whole.Worker, (await ClaimAsync(whole.Worker)).Single(job => job.Id == replay));
        await replaying.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("c")], Counters = new() { Quarantined = 1 } });
        Assert.Equal((1, 0), await ToldAsync(replaying));
    }
}
