using Tidemark.Controlling;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class ControllingContract : Contract
{
    // What each action answers in each state, in the order of the states: pending, running, parked, failed, succeeded, cancelled.
    [Theory]
    [InlineData(nameof(ControlAction.Cancel), "Done Asked Done Refused Refused Refused")]
    [InlineData(nameof(ControlAction.Retry), "Refused Refused Refused Done Refused Refused")]
    [InlineData(nameof(ControlAction.Park), "Done Asked Refused Refused Refused Refused")]
    [InlineData(nameof(ControlAction.Wake), "Done Refused Done Refused Refused Refused")]
    [InlineData(nameof(ControlAction.Discard), "Refused Refused Refused Done Refused Refused")]
    public async Task Each_action_answers_and_is_audited_in_each_state(string name, string verdicts)
    {
        var action = Enum.Parse<ControlAction>(name);
        foreach (var (state, verdict) in Enum.GetValues<JobState>().Zip(verdicts.Split(' ').Select(Enum.Parse<ControlVerdict>)))
        {
            var held = await RunAsync();
            if (state != JobState.Running) await held.SettleAsync(Transitions.All.First(move => move.From == JobState.Running && move.To == state).On);
            Assert.Equal((state, new ControlReply(verdict, state)), (state, await ControlAsync(held.Id, action, "because")));
            var audit = (await DetailsAsync(held.Id)).Audit;
            if (verdict == ControlVerdict.Refused) Assert.Empty(audit);
            else Same.As([new(await NowAsync(), "ada", name, "because")], audit);
            if (await StateAsync(held.Id) == JobState.Pending) await ControlAsync(held.Id, ControlAction.Cancel);
        }
    }

    [Fact]
    public async Task An_unknown_job_is_not_found()
    {
        foreach (var action in Enum.GetValues<ControlAction>())
            Assert.Equal(new ControlReply(ControlVerdict.NotFound, null), await ControlAsync(new(4_711), action));
    }

    [Fact]
    public async Task A_cancelled_job_is_finished_with_its_reason_and_claimed_by_nobody()
    {
        var id = await EnqueueAsync();
        await PassAsync(1);
        await ControlAsync(id, ControlAction.Cancel, "no longer wanted");
        var job = await ReadAsync(id);
        Assert.Equal((JobState.Cancelled, await NowAsync(), null, "no longer wanted"), (job.State, job.FinishedAt!.Value, job.StartedAt, job.Reason));
        Assert.Empty(await ClaimAsync(await RegisterAsync()));
    }

    [Fact]
    public async Task A_running_job_is_asked_and_shows_it()
    {
        var held = await RunAsync();
        await ControlAsync(held.Id, ControlAction.Park, "quota");
        var details = await DetailsAsync(held.Id);
        Assert.Equal((JobState.Running, AskKind.Park, "quota"), (details.Job.State, details.Asked!.Value, details.Job.Reason));
    }

    [Fact]
    public async Task A_later_ask_replaces_the_earlier_but_a_cancel_is_never_softened()
    {
        var held = await RunAsync();
        var until = (await NowAsync()).AddHours(1);
        await ControlAsync(held.Id, ControlAction.Park, "first");
        await ControlAsync(held.Id, ControlAction.Park, "second", until);
        Same.As([new Ask { Job = held.Id, Kind = AskKind.Park, Until = until, Reason = "second" }], await Store.ReadAsksAsync(held.Worker));
        Assert.Equal(ControlVerdict.Asked, (await ControlAsync(held.Id, ControlAction.Cancel, "third", until)).Verdict);
        Assert.Equal(ControlVerdict.Refused, (await ControlAsync(held.Id, ControlAction.Park, "fourth")).Verdict);
        Same.As([new Ask { Job = held.Id, Kind = AskKind.Cancel, Until = null, Reason = "third" }], await Store.ReadAsksAsync(held.Worker));
        Assert.Equal(["Park", "Park", "Cancel"], (await DetailsAsync(held.Id)).Audit.Select(row => row.Action));
    }

    [Fact]
    public async Task A_retried_job_resumes_with_new_budgets_and_its_memory()
    {
        var held = await RunAsync();
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SettleAsync(held.Outcome(JobEvent.Fail) with { Failures = 11, Crashes = 3, Reason = "out of retries", Error = "503" });
        await PassAsync(60);
        await HintedAsync(() => ControlAsync(held.Id, ControlAction.Retry));
        var job = await ReadAsync(held.Id);
        Assert.Equal((JobState.Pending, 0, 0, 1, await NowAsync(), null), (job.State, job.Failures, job.Crashes, job.Attempt, job.DueAt!.Value, job.Reason));
        var claimed = Assert.Single(await ClaimAsync(held.Worker));
        Assert.Equal((2, true), (claimed.Attempt, claimed.HasMemory));
        Assert.Equal(["open"], (await Store.RecallAsync(held.Id, null)).Steps.Select(step => step.Name));
    }

    [Fact]
    public async Task A_pending_job_parks_until_an_instant_or_until_woken()
    {
        var until = (await NowAsync()).AddHours(1);
        var timed = await EnqueueAsync();
        var untilWoken = await EnqueueAsync();
        await ControlAsync(timed, ControlAction.Park, "quota", until.AddTicks(9_999));
        await ControlAsync(untilWoken, ControlAction.Park);
        var job = await ReadAsync(timed);
        Assert.Equal((JobState.Parked, until, "quota"), (job.State, job.DueAt!.Value, job.Reason));
        Assert.Equal((JobState.Parked, null), ((await ReadAsync(untilWoken)).State, (await ReadAsync(untilWoken)).DueAt));
        await PassAsync(3_600);
        Assert.Equal([timed], await ClaimIdsAsync(await RegisterAsync()));
    }

    [Fact]
    public async Task A_woken_job_is_due_now_and_ranks_as_if_it_had_come_now()
    {
        var now = await NowAsync();
        var worker = await RegisterAsync();
        var putOff = await EnqueueAsync(Given.Job with { DueAt = now.AddDays(9) });
        var parked = await EnqueueAsync(Given.Job with { DueAt = now.AddDays(8) });
        await ControlAsync(parked, ControlAction.Park, "not yet");
        await PassAsync(1);
        await HintedAsync(() => ControlAsync(putOff, ControlAction.Wake));
        await PassAsync(1);
        await HintedAsync(() => ControlAsync(parked, ControlAction.Wake));
        var job = await ReadAsync(parked);
        Assert.Equal((JobState.Pending, now.AddSeconds(2), null), (job.State, job.DueAt!.Value, job.Reason));
        Assert.Equal(now.AddSeconds(1), (await ReadAsync(putOff)).DueAt);
        await PassAsync(1);
        var later = await EnqueueAsync();
        Assert.Equal([putOff, parked, later], await ClaimIdsAsync(worker));
    }

    [Fact]
    public async Task Waking_keeps_a_rank_that_is_better_already()
    {
        var parked = await EnqueueAsync();
        await ControlAsync(parked, ControlAction.Park);
        await PassAsync(10);
        var newer = await EnqueueAsync();
        await PassAsync(10);
        await ControlAsync(parked, ControlAction.Wake);
        Assert.Equal([parked, newer], await ClaimIdsAsync(await RegisterAsync()));
    }

    [Fact]
    public async Task Waking_a_job_that_is_due_changes_nothing()
    {
        var id = await EnqueueAsync();
        var before = await ReadAsync(id);
        await PassAsync(5);
        Assert.Equal(new ControlReply(ControlVerdict.Done, JobState.Pending), await ControlAsync(id, ControlAction.Wake));
        Same.As(before, await ReadAsync(id));
    }

    [Fact]
    public async Task Discarding_a_failed_job_takes_its_memory_and_quarantine_along()
    {
        var held = await RunAsync();
        await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        await held.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a"), Given.Bad("b")], Counters = new() { Quarantined = 2 } });
        await held.SettleAsync(JobEvent.Fail);
        await ControlAsync(held.Id, ControlAction.Discard, "hopeless");
        var details = await DetailsAsync(held.Id);
        Assert.Equal((JobState.Cancelled, "hopeless"), (details.Job.State, details.Job.Reason));
        Assert.Empty(details.Steps);
        Assert.Empty(await QuarantineAsync());
        Same.As(new() { Steps = [], Streams = [], Partitions = [] }, await Store.RecallAsync(held.Id, null));
    }

    [Fact]
    public async Task A_queue_is_read_as_it_was_paused_and_resumed()
    {
        await Store.SetQueuePausedAsync("slow", true, "ada", "the carrier is down");
        QueueReading slow = new()
        {
            Name = "slow",
            Paused = true,
            Reason = "the carrier is down",
            Pending = 0,
            Running = 0,
            Parked = 0,
            Failed = 0,
            OldestDueAt = null,
        };
        Same.As([slow], await Store.ListQueuesAsync());
        await Store.SetQueuePausedAsync("fast", true, "ada", null);
        Same.As([new PausedQueue("fast", null), new("slow", "the carrier is down")], await Store.ListPausedQueuesAsync());
        await Store.SetQueuePausedAsync("fast", false, "ada", null);
        await Store.SetQueuePausedAsync("slow", false, "ada", "it is up again");
        Assert.Contains(slow with { Paused = false, Reason = null }, await Store.ListQueuesAsync());
        Assert.Empty(await Store.ListPausedQueuesAsync());
    }

    [Fact]
    public async Task Dropped_quarantine_goes_and_is_counted_and_audited_by_job()
    {
        var first = await RunAsync();
        var second = await RunAsync();
        await first.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a"), Given.Bad("b"), Given.Bad("c")], Counters = new() { Quarantined = 3 } });
        await second.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a")] });
        var rows = await QuarantineAsync();
        Assert.Equal(3, await Store.DropQuarantineAsync([rows[0].Id, rows[1].Id, rows[1].Id, rows[3].Id, 4_711], "ada"));
        Assert.Equal([rows[2].Id], (await QuarantineAsync()).Select(row => row.Id));
        Assert.Equal(0, await Store.DropQuarantineAsync([rows[0].Id], "ada"));
        var details = await DetailsAsync(first.Id);
        Assert.Equal((3L, 1), (details.Streams[0].Counters.Quarantined, details.Streams[0].OpenQuarantine));
        var audit = Assert.Single(details.Audit);
        Assert.Equal((await NowAsync(), "ada", "DropQuarantine"), (audit.At, audit.By, audit.Action));
        Assert.Contains("a, b", audit.Detail, StringComparison.Ordinal);
        Assert.Single((await DetailsAsync(second.Id)).Audit);
        // The key is new again: it may be set aside anew.
        await second.SaveAsync(Given.Rows with { Quarantined = [Given.Bad("a")] });
        Assert.Single(await QuarantineAsync(second.Id));
    }
}
