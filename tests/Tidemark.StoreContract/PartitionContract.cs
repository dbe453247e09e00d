using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class PartitionContract : Contract
{
    static readonly NewJob Whole = Given.Job with { Arguments = Given.Json("{\"n\":1}"), Priority = 4, Tags = ",a,", Dedup = Given.Key("k") };

    Task<SaveReply> SplitAsync(Held held, int partitions = 2, string stream = Given.Stream) =>
        Store.SplitAsync(new() { Lease = held.Lease, Stream = stream, Partitions = partitions }).AsTask();

    static Task<SettleVerdict> WaitAsync(Held held, int partitions = 2) =>
        held.SettleAsync(held.Outcome(JobEvent.Park) with { Reason = PartitionLaw.WaitsFor(Given.Stream, partitions) });

    // A job that waits for its partitions, and the visits as claimed.
    async Task<(Held Whole, Held[] Visits)> WaitingAsync(int partitions = 2, NewJob? job = null)
    {
        var held = await RunAsync(job ?? Whole);
        await SplitAsync(held, partitions);
        await WaitAsync(held, partitions);
        return (held, [.. (await ClaimAsync(held.Worker)).Select(visit => Enter(held.Worker, visit))]);
    }

    async Task<PartitionMemory[]> PartitionsAsync(JobId job, JobId? parent = null) => (await Store.RecallAsync(job, parent)).Partitions;

    static CheckpointRows Counted(long done, long quarantined = 0, long? total = null) =>
        Given.Rows with { Counters = new() { Done = done, Quarantined = quarantined, Retried = 1, Shifted = 2, Total = total, HandlerMs = 10 }, Progress = true, Ended = true };

    [Fact]
    public async Task A_split_stream_has_a_visit_a_partition_like_its_job_and_each_knows_its_index()
    {
        var held = await RunAsync(Whole with { Limit = new() { Key = "acme", Places = 9 } });
        Assert.Equal(SaveVerdict.Saved, (await SplitAsync(held, 3)).Verdict);
        var partitions = await PartitionsAsync(held.Id);
        Assert.Equal([0, 1, 2], partitions.Select(partition => partition.Index));
        Assert.All(partitions, partition => Assert.Equal((Given.Stream, 3, JobState.Pending, null), (partition.Stream, partition.Count, partition.State, partition.Reason)));
        var visits = await ClaimAsync(held.Worker);
        Assert.Equal(partitions.Select(partition => partition.Visit), visits.Select(visit => visit.Id));
        Assert.All(visits, visit => Assert.Equal(
            (Given.Name, Given.Queue, "{\"n\":1}", 4, ",a,", held.Id, new Visit { Stream = Given.Stream, Kind = VisitKind.Partition }, null, "acme", true),
            (visit.Name, visit.Queue, System.Text.Encoding.UTF8.GetString(visit.Arguments), visit.Priority, visit.Tags, visit.Parent!.Value, visit.Visit, visit.DedupKey, visit.Limit!.Key, visit.HasMemory)));
        Same.As([partitions[1] with { State = JobState.Running }], await PartitionsAsync(visits[1].Id, held.Id));
        Assert.Equal(visits.Select(visit => visit.Id), (await DetailsAsync(held.Id)).Visits);
    }

    [Fact]
    public async Task A_split_again_changes_nothing_and_one_without_the_lease_is_refused()
    {
        var held = await RunAsync();
        await SplitAsync(held, 2);
        var before = await PartitionsAsync(held.Id);
        await ControlAsync(held.Id, ControlAction.Cancel, "enough");
        var again = await SplitAsync(held, 5);
        Assert.Equal((SaveVerdict.Saved, AskKind.Cancel), (again.Verdict, again.Ask!.Kind));
        Same.As(before, await PartitionsAsync(held.Id));
        await CrashAsync(held.Worker);
        Assert.Equal(SaveVerdict.LeaseLost, (await SplitAsync(held, 2)).Verdict);
        Assert.Equal(SaveVerdict.LeaseLost, (await SplitAsync(held, 2, "another")).Verdict);
    }

    [Fact]
    public async Task A_stream_that_has_begun_as_a_whole_is_not_split()
    {
        var held = await RunAsync();
        await held.SaveAsync(Given.Rows);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SplitAsync(held));
        await SplitAsync(held, 2, "another");
        Assert.All(await PartitionsAsync(held.Id), partition => Assert.Equal("another", partition.Stream));
    }

    [Fact]
    public async Task A_visit_splits_nothing()
    {
        var (_, visits) = await WaitingAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => SplitAsync(visits[0], 2, "another"));
    }

    [Fact]
    public async Task The_job_is_woken_by_the_last_of_its_partitions_and_has_what_all_have_counted()
    {
        var (whole, visits) = await WaitingAsync();
        await visits[0].SaveAsync(Counted(10, total: 12) with { Failure = new("late", "503", await NowAsync()) });
        await visits[0].SettleAsync(JobEvent.Succeed);
        Assert.Equal(JobState.Parked, await StateAsync(whole.Id));
        Assert.Equal([JobState.Succeeded, JobState.Running], (await PartitionsAsync(whole.Id)).Select(partition => partition.State));
        await visits[1].SaveAsync(Counted(5, 1, total: 7));
        await HintedAsync(() => visits[1].SettleAsync(JobEvent.Succeed));
        var stream = Assert.Single((await Store.RecallAsync(whole.Id, null)).Streams);
        Assert.Equal((new StreamCounters { Done = 15, Quarantined = 1, Retried = 2, Shifted = 4, Total = 19, HandlerMs = 20 }, true), (stream.Counters, stream.Ended));
        Assert.Equal((JobState.Pending, null), ((await ReadAsync(whole.Id)).State, (await ReadAsync(whole.Id)).Reason));
        Assert.Equal("late", (await DetailsAsync(whole.Id)).Streams[0].Failure!.Key);
        var again = await TakeAsync(whole.Worker);
        Assert.Equal((whole.Id, 2), (again.Id, again.Job.Attempt));
        await again.SettleAsync(JobEvent.Succeed);
        Assert.Equal(15, (await DetailsAsync(whole.Id)).Streams[0].Counters.Done);
    }

    [Fact]
    public async Task A_job_that_comes_to_wait_when_all_is_done_does_not_wait()
    {
        var held = await RunAsync();
        await SplitAsync(held);
        foreach (var job in await ClaimAsync(held.Worker))
        {
            var visit = Enter(held.Worker, job);
            await visit.SaveAsync(Counted(1));
            await visit.SettleAsync(JobEvent.Succeed);
        }
        await HintedAsync(() => WaitAsync(held));
        Assert.Equal(JobState.Pending, await StateAsync(held.Id));
        Assert.Equal(held.Id, (await TakeAsync(held.Worker)).Id);
    }

    [Fact]
    public async Task A_job_that_waits_for_something_else_is_not_woken_by_its_partitions()
    {
        var held = await RunAsync();
        await SplitAsync(held, 2);
        await held.SettleAsync(held.Outcome(JobEvent.Park) with { Reason = "the quota is used up" });
        foreach (var visit in await ClaimAsync(held.Worker)) await Enter(held.Worker, visit).SettleAsync(JobEvent.Succeed);
        Assert.Equal(JobState.Parked, await StateAsync(held.Id));
        Assert.True(Assert.Single((await Store.RecallAsync(held.Id, null)).Streams).Ended);
    }

    [Fact]
    public async Task A_partition_that_fails_wakes_the_job_once_no_other_may_still_succeed_and_a_retry_takes_it_up_again()
    {
        var (whole, visits) = await WaitingAsync(3);
        await visits[0].SettleAsync(visits[0].Outcome(JobEvent.Fail) with { Reason = "no such table" });
        await visits[1].SettleAsync(visits[1].Outcome(JobEvent.Park) with { DueAt = (await NowAsync()).AddMinutes(1) });
        await visits[2].SettleAsync(JobEvent.Succeed);
        Assert.Equal(JobState.Parked, await StateAsync(whole.Id));
        await PassAsync(61);
        var last = await TakeAsync(whole.Worker);
        await last.SettleAsync(JobEvent.Fail);
        Assert.Equal(JobState.Pending, await StateAsync(whole.Id));
        Assert.Equal([(JobState.Failed, "no such table"), (JobState.Failed, null), (JobState.Succeeded, null)], (await PartitionsAsync(whole.Id)).Select(partition => (partition.State, partition.Reason)));
        Assert.Equal([(Given.Stream, "no such table"), (Given.Stream, null), (Given.Stream, (string?)null)], (await DetailsAsync(whole.Id)).Streams[0].Partitions.Select(partition => (partition.Stream, partition.Reason)));
        var again = await TakeAsync(whole.Worker);
        await again.SettleAsync(JobEvent.Fail);
        Assert.Equal(new(ControlVerdict.Done, JobState.Failed), await ControlAsync(whole.Id, ControlAction.Retry));
        Assert.Equal([JobState.Pending, JobState.Pending, JobState.Succeeded], (await PartitionsAsync(whole.Id)).Select(partition => partition.State));
        Assert.Equal([whole.Id, visits[0].Id, visits[1].Id], (await ClaimIdsAsync(whole.Worker)).OrderBy(id => id.Value));
        Assert.Contains("Retry", (await DetailsAsync(visits[0].Id)).Audit.Select(line => line.Action));
        Assert.DoesNotContain("Retry", (await DetailsAsync(visits[2].Id)).Audit.Select(line => line.Action));
    }

    [Fact]
    public async Task A_visit_that_its_crashes_have_failed_wakes_the_job()
    {
        var held = await RunAsync();
        await SplitAsync(held, 2);
        await WaitAsync(held);
        var visits = await ClaimAsync(held.Worker);
        await Enter(held.Worker, visits[0]).SettleAsync(JobEvent.Succeed);
        for (var crash = 0; crash < 2; crash++)
        {
            var worker = await RegisterAsync();
            if (crash == 0)
            {
                Enter(held.Worker, visits[1]);
                await CrashAsync(held.Worker, crashBudget: 1);
            }
            else
            {
                await TakeAsync(worker, suspect: true);
                await CrashAsync(worker, crashBudget: 1);
            }
        }
        Assert.Equal(JobState.Failed, await StateAsync(visits[1].Id));
        Assert.Equal(JobState.Pending, await StateAsync(held.Id));
    }

    [Fact]
    public async Task To_cancel_the_job_is_to_cancel_its_partitions_and_none_can_be_given_up_alone()
    {
        var (whole, visits) = await WaitingAsync(4);
        await visits[0].SettleAsync(JobEvent.Succeed);
        await visits[1].SettleAsync(visits[1].Outcome(JobEvent.Park));
        await visits[2].SettleAsync(JobEvent.Fail);
        Assert.Equal(new(ControlVerdict.OfPartition, JobState.Parked), await ControlAsync(visits[1].Id, ControlAction.Cancel));
        Assert.Equal(new(ControlVerdict.OfPartition, JobState.Running), await ControlAsync(visits[3].Id, ControlAction.Cancel));
        Assert.Equal(new(ControlVerdict.OfPartition, JobState.Failed), await ControlAsync(visits[2].Id, ControlAction.Discard));
        Assert.Equal(new(ControlVerdict.Done, JobState.Parked), await ControlAsync(whole.Id, ControlAction.Cancel, "enough"));
        JobState[] states = [];
        foreach (var visit in visits) states = [.. states, await StateAsync(visit.Id)];
        Assert.Equal([JobState.Succeeded, JobState.Cancelled, JobState.Cancelled, JobState.Running], states);
        var reason = PartitionLaw.CancelledWith(whole.Id);
        Assert.Equal(reason, (await ReadAsync(visits[1].Id)).Reason);
        Assert.Equal((AskKind.Cancel, reason), (Assert.Single(await Store.ReadAsksAsync(whole.Worker)).Kind, (await ReadAsync(visits[3].Id)).Reason));
        await visits[3].SettleAsync(JobEvent.Release);
        Assert.Equal(JobState.Cancelled, await StateAsync(visits[3].Id));
    }

    [Fact]
    public async Task A_running_job_that_obeys_a_cancel_takes_its_partitions_with_it()
    {
        var held = await RunAsync();
        await SplitAsync(held, 2);
        await ControlAsync(held.Id, ControlAction.Cancel);
        Assert.Equal(JobState.Pending, (await PartitionsAsync(held.Id))[0].State);
        await WaitAsync(held);
        Assert.Equal(JobState.Cancelled, await StateAsync(held.Id));
        Assert.Empty(await ClaimIdsAsync(held.Worker));
    }

    [Fact]
    public async Task A_partition_that_was_cancelled_before_its_job_keeps_its_own_reason_and_may_be_gone()
    {
        var (whole, visits) = await WaitingAsync();
        await visits[0].SettleAsync(JobEvent.Cancel);
        await PassAsync(TimeSpan.FromDays(2));
        await Store.BeatAsync(new() { Worker = whole.Worker, Draining = false, Running = 1 });
        while (await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 })) { }
        Assert.Null(await Store.GetJobAsync(visits[0].Id));
        await visits[1].SettleAsync(visits[1].Outcome(JobEvent.Cancel) with { Reason = "its own" });
        await ControlAsync(whole.Id, ControlAction.Cancel);
        Assert.Equal((JobState.Cancelled, JobState.Cancelled), (await StateAsync(whole.Id), await StateAsync(visits[1].Id)));
        Assert.Equal("its own", (await ReadAsync(visits[1].Id)).Reason);
    }

    [Fact]
    public async Task To_park_or_wake_a_job_that_waits_is_to_park_or_wake_its_partitions()
    {
        var (whole, visits) = await WaitingAsync(3);
        await visits[0].SettleAsync(JobEvent.Release);
        await visits[1].SettleAsync(JobEvent.Succeed);
        Assert.Equal(new(ControlVerdict.Asked, JobState.Parked), await ControlAsync(whole.Id, ControlAction.Park, "not now"));
        Assert.Equal((JobState.Parked, "not now"), ((await ReadAsync(visits[0].Id)).State, (await ReadAsync(visits[0].Id)).Reason));
        await visits[2].SettleAsync(JobEvent.Release);
        Assert.Equal(JobState.Parked, await StateAsync(visits[2].Id));
        Assert.Equal(ControlVerdict.Refused, (await ControlAsync(whole.Id, ControlAction.Park)).Verdict);
        Assert.Equal(ControlVerdict.Done, (await ControlAsync(whole.Id, ControlAction.Wake)).Verdict);
        Assert.Equal([whole.Id, visits[0].Id, visits[2].Id], (await ClaimIdsAsync(whole.Worker)).OrderBy(id => id.Value));
    }

    [Fact]
    public async Task A_job_that_has_ended_steers_nobody_any_more()
    {
        var held = await RunAsync();
        await SplitAsync(held);
        await held.SettleAsync(JobEvent.Succeed);
        Assert.Equal(new(ControlVerdict.Refused, JobState.Succeeded), await ControlAsync(held.Id, ControlAction.Park));
        Assert.Equal(2, (await ClaimAsync(held.Worker)).Length);
    }

    [Fact]
    public async Task What_a_partition_sets_aside_is_its_jobs_to_replay_and_its_breaker_takes_it_back_for_good()
    {
        var (whole, visits) = await WaitingAsync();
        await visits[0].SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a"), Given.Bad("b")], Counters = new() { Quarantined = 2 } });
        Assert.Equal([(whole.Id, "a", null), (whole.Id, "b", (JobId?)null)], (await QuarantineAsync()).Select(row => (row.Job, row.Key, row.Visit)));
        await visits[0].SaveAsync(Given.Rows with { TakenBack = [Given.Later("a")], Counters = new() { Quarantined = 2 } });
        Assert.Equal("b", Assert.Single(await QuarantineAsync(whole.Id)).Key);
        var stream = Assert.Single((await Store.RecallAsync(visits[0].Id, whole.Id)).Streams);
        Assert.Equal(("a", 1), (Assert.Single(stream.RetryList).Key, stream.Counters.Quarantined));
        await visits[0].SaveAsync(Counted(1, 1) with { RetryDone = ["a"] });
        await visits[0].SettleAsync(JobEvent.Succeed);
        await visits[1].SettleAsync(JobEvent.Succeed);
        Assert.Equal("b", Assert.Single(await QuarantineAsync(whole.Id)).Key);
        var replay = Assert.Single((await Store.ReplayAsync(new() { Job = whole.Id, By = "ada" })).Visits);
        var replayed = Enter(whole.Worker, (await ClaimAsync(whole.Worker)).Single(job => job.Id == replay));
        await replayed.SaveAsync(Given.Rows with { Replayed = ["b"] });
        Assert.Equal((2, 0), ((await DetailsAsync(whole.Id)).Streams[0].Counters.Done, (await DetailsAsync(whole.Id)).Streams[0].Counters.Quarantined));
    }

    [Fact]
    public async Task A_split_stream_is_read_as_one_with_a_line_a_partition()
    {
        var (whole, visits) = await WaitingAsync(3);
        await visits[0].SaveAsync(Counted(10, total: 12));
        await visits[0].SettleAsync(JobEvent.Succeed);
        await visits[1].SaveAsync(Counted(5, 1, total: 7) with { Ended = false, RetryLater = [Given.Later("late")] });
        var stream = Assert.Single((await DetailsAsync(whole.Id)).Streams);
        Assert.Equal((15L, 1L, null, 1, false), (stream.Counters.Done, stream.Counters.Quarantined, stream.Counters.Total, stream.RetryListed, stream.Ended));
        Assert.Equal(
            [(0, visits[0].Id, JobState.Succeeded, null, 10L), (1, visits[1].Id, JobState.Running, Given.Worker.Name, 5L), (2, visits[2].Id, JobState.Running, (string?)Given.Worker.Name, (long?)null)],
            stream.Partitions.Select(partition => (partition.Index, partition.Visit, partition.State, partition.Worker, partition.Walked?.Counters.Done)));
        await visits[2].SaveAsync(Counted(1, total: 1));
        Assert.Equal((16L, 20L), ((await DetailsAsync(whole.Id)).Streams[0].Counters.Done, (await DetailsAsync(whole.Id)).Streams[0].Counters.Total));
    }

    [Fact]
    public async Task What_ended_partitions_have_counted_outlives_their_visits_rows()
    {
        var (whole, visits) = await WaitingAsync();
        await visits[0].SaveAsync(Counted(10));
        await visits[0].SettleAsync(JobEvent.Succeed);
        await PassAsync(TimeSpan.FromDays(2));
        while (await Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(1), Limit = 100 })) { }
        Assert.Null(await Store.GetJobAsync(visits[0].Id));
        Assert.Equal([JobState.Succeeded, JobState.Running], (await PartitionsAsync(whole.Id)).Select(partition => partition.State));
        Assert.Equal(10, (await DetailsAsync(whole.Id)).Streams[0].Counters.Done);
    }
}
