using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>Jobs that were running at a crash.</summary>
public abstract class SuspectContract : Contract
{
    [Fact]
    public async Task Suspects_go_one_at_a_time_first_and_only_when_allowed()
    {
        var worker = await RegisterAsync();
        var suspects = await EnqueueAsync(2);
        foreach (var job in await ClaimAsync(worker)) Enter(worker, job);
        await CrashAsync(worker);
        var open = await EnqueueAsync(2, Given.Job with { Priority = 100 });

        var next = await RegisterAsync();
        Assert.Empty(await ClaimIdsAsync(next, max: 0, suspect: true));
        var reply = await ClaimReplyAsync(next, max: 2, suspect: true);
        Assert.Equal([suspects[0], open[0]], reply.Jobs.Select(job => job.Id));
        Assert.Equal([true, false], reply.Jobs.Select(job => job.IsSuspect));
        Assert.True(reply.More);
        reply = await ClaimReplyAsync(next);
        Assert.Equal([open[1]], reply.Jobs.Select(job => job.Id));
        Assert.False(reply.More);
        Assert.Equal([suspects[1]], await ClaimIdsAsync(next, suspect: true));
    }

    [Fact]
    public async Task One_claim_takes_one_suspect_however_many_queues_it_asks()
    {
        var first = await RunAsync();
        await EnqueueAsync(Given.Job with { Queue = "slow" });
        Enter(first.Worker, Assert.Single(await ClaimAsync(first.Worker, queue: "slow")));
        await CrashAsync(first.Worker);
        var reply = await Store.ClaimAsync(new() { Worker = await RegisterAsync(), Demands = [new("slow", 5), new(Given.Queue, 5)], SuspectAllowed = true });
        Assert.Equal("slow", Assert.Single(reply.Jobs).Queue);
    }

    [Fact]
    public async Task A_suspect_of_an_unknown_name_or_a_paused_queue_is_left_alone_too()
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        Assert.Empty(await ClaimAsync(await RegisterAsync(Given.Worker with { JobNames = ["other"] }), suspect: true));
        await Store.SetQueuePausedAsync(Given.Queue, true, "ada", null);
        Assert.Empty(await ClaimAsync(await RegisterAsync(), suspect: true));
    }

    [Fact]
    public async Task A_suspect_that_was_put_off_is_still_a_suspect_when_its_time_comes()
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        await ControlAsync(held.Id, ControlAction.Park, until: (await NowAsync()).AddMinutes(1));
        await PassAsync(60);
        var worker = await RegisterAsync();
        Assert.Empty(await ClaimAsync(worker));
        Assert.True(Assert.Single(await ClaimAsync(worker, suspect: true)).IsSuspect);
    }

    [Fact]
    public async Task Only_crashes_as_the_sole_suspect_are_charged_and_the_budget_fails_the_job()
    {
        var killer = await RunAsync();
        await CrashAsync(killer.Worker, crashBudget: 2);
        Assert.Equal(0, (await ReadAsync(killer.Id)).Crashes);

        killer = await TakeAsync(await RegisterAsync(), suspect: true);
        var neighbour = await RunAsync(worker: killer.Worker);
        await CrashAsync(killer.Worker, crashBudget: 2);
        Assert.Equal((1, 0), ((await ReadAsync(killer.Id)).Crashes, (await ReadAsync(neighbour.Id)).Crashes));
        Assert.True((await ReadAsync(neighbour.Id)).IsSuspect);

        killer = await TakeAsync(await RegisterAsync(), suspect: true);
        Assert.Equal((1, 3), (killer.Job.Crashes, killer.Job.Attempt));
        var reply = await CrashAsync(killer.Worker, crashBudget: 2);
        Assert.Equal(JobState.Failed, Assert.Single(reply.Jobs).Next);
        Assert.Equal(InterruptionCause.Crash, reply.Jobs[0].Interruption!.Cause);
        var details = await DetailsAsync(killer.Id);
        Assert.Equal((JobState.Failed, 2), (details.Job.State, details.Job.Crashes));
        Assert.Contains("2 times", details.Job.Reason, StringComparison.Ordinal);
        Assert.Contains("host-a:17", details.Error, StringComparison.Ordinal);
        Assert.Equal(3, details.Interruptions.Length);
        Assert.Equal(JobState.Pending, await StateAsync(neighbour.Id));
    }

    [Fact]
    public async Task Two_suspects_in_one_process_charge_neither_however_the_rescue_is_cut()
    {
        var ids = await EnqueueAsync(2);
        var worker = await RegisterAsync();
        foreach (var job in await ClaimAsync(worker)) Enter(worker, job);
        await CrashAsync(worker);
        worker = await RegisterAsync();
        await TakeAsync(worker, suspect: true);
        await TakeAsync(worker, suspect: true);
        await KillAsync(worker);
        await RescueAsync(limit: 1, crashBudget: 1);
        await RescueAsync(limit: 1, crashBudget: 1);
        foreach (var id in ids) Assert.Equal((JobState.Pending, 0), ((await ReadAsync(id)).State, (await ReadAsync(id)).Crashes));
    }

    [Fact]
    public async Task A_suspect_that_had_not_started_is_not_charged()
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        var worker = await RegisterAsync();
        await ClaimAsync(worker, suspect: true);
        await CrashAsync(worker, crashBudget: 1);
        var job = await ReadAsync(held.Id);
        Assert.Equal((JobState.Pending, 0, 1, true), (job.State, job.Crashes, job.Attempt, job.IsSuspect));
    }

    [Theory]
    [InlineData("a finished step", true)]
    [InlineData("progress", true)]
    [InlineData("a save without progress", false)]
    [InlineData("success", true)]
    [InlineData("a retry", false)]
    [InlineData("a release", false)]
    public async Task Suspicion_ends_with_progress_and_not_before(string what, bool ends)
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        held = await TakeAsync(await RegisterAsync(), suspect: true);
        if (what == "a finished step") await Store.SaveMemoAsync(held.Lease, Given.Memo("open"));
        if (what == "progress") await held.SaveAsync(Given.Rows with { Progress = true });
        if (what == "a save without progress") await held.SaveAsync(Given.Rows with { Settled = ["a"] });
        if (what == "success") await held.SettleAsync(JobEvent.Succeed);
        if (what == "a retry") await held.SettleAsync(JobEvent.Retry);
        if (what == "a release") await held.SettleAsync(JobEvent.Release);
        Assert.Equal(!ends, (await ReadAsync(held.Id)).IsSuspect);
    }

    [Fact]
    public async Task A_person_retries_a_process_killer_with_a_new_budget_but_as_a_suspect()
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        held = await TakeAsync(await RegisterAsync(), suspect: true);
        await CrashAsync(held.Worker, crashBudget: 1);
        Assert.Equal(JobState.Failed, await StateAsync(held.Id));
        await ControlAsync(held.Id, ControlAction.Retry);
        held = await TakeAsync(await RegisterAsync(), suspect: true);
        Assert.Equal((0, true), (held.Job.Crashes, held.Job.IsSuspect));
    }
}
