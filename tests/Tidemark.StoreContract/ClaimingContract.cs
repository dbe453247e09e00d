using Tidemark.Enqueueing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class ClaimingContract : Contract
{
    [Fact]
    public async Task A_claim_answers_with_the_whole_row()
    {
        var due = await NowAsync();
        var parent = await EnqueueAsync(Given.Job with { Name = "parent" });
        await PassAsync(1);
        var id = await EnqueueAsync(new()
        {
            Name = Given.Name,
            Queue = "slow",
            Arguments = Given.Json("{\"carrier\":\"ncell\"}"),
            Priority = 3,
            DueAt = due,
            Tags = ",a,",
            Dedup = Given.Key("ncell"),
            Parent = parent,
            Visit = new() { Stream = "pages", Kind = VisitKind.Partition },
        });
        var created = await NowAsync();
        await PassAsync(1);
        var worker = await RegisterAsync();
        var reply = await ClaimReplyAsync(worker, queue: "slow");
        Same.As(new()
        {
            Jobs =
            [
                new()
                {
                    Id = id,
                    Fence = reply.Jobs[0].Fence,
                    Worker = worker,
                    Name = Given.Name,
                    Queue = "slow",
                    Arguments = Given.Json("{\"carrier\":\"ncell\"}"),
                    Attempt = 1,
                    Failures = 0,
                    Crashes = 0,
                    IsSuspect = false,
                    Priority = 3,
                    DueAt = due,
                    CreatedAt = created,
                    Tags = ",a,",
                    Parent = parent,
                    Visit = new() { Stream = "pages", Kind = VisitKind.Partition },
                    DedupKey = "ncell",
                    HasMemory = true,
                },
            ],
            More = false,
            NextDueAt = null,
            Now = await NowAsync(),
        }, reply);
        Assert.True(reply.Jobs[0].Fence > 0);
        var job = await ReadAsync(id);
        Assert.Equal((JobState.Running, "host-a:17", await NowAsync(), 1), (job.State, job.Worker, job.StartedAt!.Value, job.Attempt));
    }

    [Fact]
    public async Task A_job_without_anything_optional_is_claimed_without_it()
    {
        await EnqueueAsync();
        var job = Assert.Single(await ClaimAsync(await RegisterAsync()));
        Assert.Equal((null, null, null, null, false), (job.Tags, job.Parent, job.Visit, job.DedupKey, job.HasMemory));
    }

    [Fact]
    public async Task Each_claim_grows_fence_and_starts_and_shows_the_budgets()
    {
        var worker = await RegisterAsync();
        var first = await RunAsync(worker: worker);
        Assert.False(first.Job.HasMemory);
        await Store.SaveMemoAsync(first.Lease, Given.Memo("open"));
        await first.SettleAsync(first.Outcome(JobEvent.Retry) with { Failures = 1, Crashes = 2 });
        var second = await TakeAsync(worker);
        Assert.True(second.Job.Fence > first.Job.Fence);
        Assert.Equal((2, 1, 2, true), (second.Job.Attempt, second.Job.Failures, second.Job.Crashes, second.Job.HasMemory));
    }

    [Fact]
    public async Task Jobs_go_in_the_order_of_due_time_less_a_minute_a_step_of_priority_and_ties_by_id()
    {
        var now = await NowAsync();
        NewJob Due(double seconds, int priority) => Given.Job with { DueAt = now.AddSeconds(seconds), Priority = priority };
        var replies = await Store.EnqueueAsync([Due(0, 0), Due(61, 1), Due(59, 1), Due(0, 0), Due(6_001, 100), Due(5_999, 100), Due(0, -1)], null);
        await PassAsync(10_000);
        Assert.Equal([2, 5, 0, 3, 1, 4, 6], (await ClaimIdsAsync(await RegisterAsync())).Select(id => Array.FindIndex(replies, reply => reply.Id == id)));
    }

    [Fact]
    public async Task A_job_keeps_its_rank_through_a_retry()
    {
        var worker = await RegisterAsync();
        var held = await RunAsync(worker: worker);
        await PassAsync(1);
        var newer = await EnqueueAsync();
        await held.SettleAsync(held.Outcome(JobEvent.Retry) with { DueAfter = TimeSpan.FromSeconds(10) });
        await PassAsync(10);
        Assert.Equal([held.Id, newer], await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task Names_that_the_worker_does_not_know_are_left_alone_and_hold_nobody_back()
    {
        var strange = await EnqueueAsync(50, Given.Job with { Name = "of-a-newer-release", Priority = 100 });
        var known = await EnqueueAsync();
        var reply = await ClaimReplyAsync(await RegisterAsync(), max: 1);
        Assert.Equal([known], reply.Jobs.Select(job => job.Id));
        Assert.False(reply.More);
        Assert.Equal((JobState.Pending, 0), ((await ReadAsync(strange[0])).State, (await ReadAsync(strange[0])).Attempt));
        Assert.Equal(strange, await ClaimIdsAsync(await RegisterAsync(Given.Worker with { JobNames = ["of-a-newer-release"] })));
    }

    [Fact]
    public async Task A_worker_of_many_names_takes_them_in_one_order()
    {
        var replies = await Store.EnqueueAsync([.. Enumerable.Range(0, 9).Select(at => Given.Job with { Name = $"job-{at * 2 % 3}" })], null);
        Assert.Equal(replies.Select(reply => reply.Id), await ClaimIdsAsync(await RegisterAsync(Given.Worker with { JobNames = ["job-2", "job-0", "job-1"] })));
    }

    [Fact]
    public async Task Each_queue_gives_as_much_as_is_asked_of_it_and_tells_of_more()
    {
        var here = await EnqueueAsync(3);
        var there = await EnqueueAsync(2, Given.Job with { Queue = "slow" });
        var elsewhere = await EnqueueAsync(Given.Job with { Queue = "elsewhere" });
        var worker = await RegisterAsync();
        var reply = await Store.ClaimAsync(new() { Worker = worker, Demands = [new("slow", 2), new(Given.Queue, 1)], SuspectAllowed = false });
        Assert.Equal([there[0], there[1], here[0]], reply.Jobs.Select(job => job.Id));
        Assert.True(reply.More);
        reply = await ClaimReplyAsync(worker, max: 2);
        Assert.Equal(here[1..], reply.Jobs.Select(job => job.Id));
        Assert.False(reply.More);
        Assert.Equal(JobState.Pending, await StateAsync(elsewhere));
    }

    [Fact]
    public async Task A_paused_queue_is_not_claimed_from_while_its_running_jobs_go_on()
    {
        var held = await RunAsync();
        var waiting = await EnqueueAsync();
        await Store.SetQueuePausedAsync(Given.Queue, true, "ada", "the carrier is down");
        var reply = await ClaimReplyAsync(held.Worker);
        Assert.Empty(reply.Jobs);
        Assert.False(reply.More);
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(JobEvent.Succeed));
        await HintedAsync(() => Store.SetQueuePausedAsync(Given.Queue, false, "ada", null).AsTask());
        Assert.Equal([waiting], await ClaimIdsAsync(held.Worker));
    }

    [Fact]
    public async Task A_job_due_later_waits_for_its_millisecond()
    {
        var worker = await RegisterAsync();
        var now = await NowAsync();
        await EnqueueAsync(Given.Job with { Name = "unknown", DueAt = now.AddSeconds(20) });
        var id = await EnqueueAsync(Given.Job with { DueAt = now.AddSeconds(10) });
        await PassAsync(9.999);
        var reply = await ClaimReplyAsync(worker);
        Assert.Empty(reply.Jobs);
        Assert.False(reply.More);
        Assert.Equal(now.AddSeconds(10), reply.NextDueAt);
        await PassAsync(0.001);
        reply = await ClaimReplyAsync(worker);
        Assert.Equal([id], reply.Jobs.Select(job => job.Id));
        Assert.Equal(now.AddSeconds(20), reply.NextDueAt);
    }

    [Fact]
    public async Task A_parked_job_whose_time_has_come_is_claimed_without_its_reason()
    {
        var held = await RunAsync();
        await held.SettleAsync(held.Outcome(JobEvent.Park) with { DueAfter = TimeSpan.FromHours(5), Reason = "quota" });
        Assert.Equal(await NowAsync() + TimeSpan.FromHours(5), (await ClaimReplyAsync(held.Worker)).NextDueAt);
        await PassAsync(TimeSpan.FromHours(5));
        Assert.Equal([held.Id], await ClaimIdsAsync(held.Worker));
        Assert.Null((await ReadAsync(held.Id)).Reason);
    }

    [Fact]
    public async Task One_claim_opens_a_bounded_number_of_gates_and_says_that_more_are_due()
    {
        var due = (await NowAsync()).AddSeconds(10);
        await EnqueueAsync(StoreLimits.GatesOpenedPerClaim, Given.Job with { DueAt = due });
        var last = await EnqueueAsync(Given.Job with { DueAt = due.AddSeconds(1) });
        await PassAsync(20);
        var worker = await RegisterAsync();
        var reply = await ClaimReplyAsync(worker, max: 10_000);
        Assert.Equal(StoreLimits.GatesOpenedPerClaim, reply.Jobs.Length);
        Assert.True(reply.NextDueAt <= reply.Now);
        reply = await ClaimReplyAsync(worker, max: 10_000);
        Assert.Equal([last], reply.Jobs.Select(job => job.Id));
        Assert.Null(reply.NextDueAt);
    }

    [Fact]
    public async Task Workers_that_claim_at_once_never_share_a_job()
    {
        var ids = await EnqueueAsync(200);
        var workers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RegisterAsync()));
        var taken = await Task.WhenAll(workers.Select(worker => Task.Run(async () =>
        {
            var mine = new List<JobId>();
            while (await ClaimIdsAsync(worker, max: 7) is { Length: > 0 } jobs) mine.AddRange(jobs);
            return mine;
        }, TestContext.Current.CancellationToken)));
        Assert.Equal(ids, taken.SelectMany(mine => mine).OrderBy(id => id.Value));
    }

    [Fact]
    public async Task A_claim_whose_answer_was_lost_is_told_again()
    {
        var (worker, other) = (await RegisterAsync(), await RegisterAsync());
        await EnqueueAsync(3);
        var heard = Assert.Single(await ClaimAsync(worker, 1));
        var unheard = Assert.Single(await ClaimAsync(worker, 1));
        var reply = await Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 5)], SuspectAllowed = true, Known = [new(heard.Id, heard.Fence, worker)] });
        Same.As([unheard], reply.Jobs);
        Assert.True(reply.More);
        Assert.Empty((await Store.ClaimAsync(new() { Worker = other, Demands = [], SuspectAllowed = false, Known = [] })).Jobs);
        Assert.Single(await ClaimAsync(other, 5));
    }
}
