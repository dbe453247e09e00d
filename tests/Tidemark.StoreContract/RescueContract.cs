using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Settling;
using Tidemark.Upkeep;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class RescueContract : Contract
{
    [Fact]
    public async Task A_job_that_was_running_at_a_crash_is_pending_again_as_a_suspect()
    {
        var held = await RunAsync();
        await PassAsync(3);
        RescueReply? reply = null;
        await HintedAsync(async () => reply = await CrashAsync(held.Worker));
        var interruption = Assert.Single(reply!.Jobs).Interruption!;
        Same.As(new()
        {
            Jobs = [new() { Id = held.Id, Name = Given.Name, Next = JobState.Pending, Interruption = interruption }],
            WorkersBuried = 1,
            More = false,
        }, reply);
        Same.As(new() { Cause = InterruptionCause.Crash, CostItems = 0, CostMs = 0, Exact = true, Detail = interruption.Detail }, interruption);
        Assert.Contains("host-a:17", interruption.Detail, StringComparison.Ordinal);
        var details = await DetailsAsync(held.Id);
        var job = details.Job;
        Assert.Equal((JobState.Pending, 1, 0, 0, true, await NowAsync(), null, null),
            (job.State, job.Attempt, job.Failures, job.Crashes, job.IsSuspect, job.DueAt!.Value, job.Worker, job.Reason));
        Same.As([new InterruptionReading(1, await NowAsync(), interruption)], details.Interruptions);
        Assert.Empty(await Store.ListWorkersAsync());
    }

    [Fact]
    public async Task A_job_that_was_claimed_but_never_started_is_given_back_unharmed()
    {
        var id = await EnqueueAsync();
        var worker = await RegisterAsync();
        var claimed = Assert.Single(await ClaimAsync(worker));
        var reply = await CrashAsync(worker);
        Same.As([new RescuedJob { Id = id, Name = Given.Name, Next = JobState.Pending, Interruption = null }], reply.Jobs);
        Assert.Empty((await DetailsAsync(id)).Interruptions);
        Assert.Equal((0, false), ((await ReadAsync(id)).Attempt, (await ReadAsync(id)).IsSuspect));
        Assert.Equal(SettleVerdict.LeaseLost, (await Store.SettleAsync([Given.Outcome(claimed, worker, JobEvent.Succeed)]))[0]);
        var again = Assert.Single(await ClaimAsync(await RegisterAsync()));
        Assert.Equal((1, false), (again.Attempt, again.IsSuspect));
        Assert.True(again.Fence > claimed.Fence);
    }

    [Fact]
    public async Task A_job_whose_handler_had_returned_keeps_its_start_and_is_no_suspect()
    {
        var held = await RunAsync();
        var another = await RunAsync(worker: held.Worker);
        held.Presence.Leave(held.Slot);
        var rescued = (await CrashAsync(held.Worker)).Jobs;
        var told = rescued.Single(job => job.Id == held.Id).Interruption!;
        Assert.Equal((InterruptionCause.Crash, 0L, 0L, true), (told.Cause, told.CostItems, told.CostMs, told.Exact));
        Assert.Contains("had returned", told.Detail, StringComparison.Ordinal);
        var (row, running) = (await ReadAsync(held.Id), await ReadAsync(another.Id));
        Assert.Equal((JobState.Pending, 1, 0, false), (row.State, row.Attempt, row.Crashes, row.IsSuspect));
        Assert.True(running.IsSuspect);
        Assert.Equal(2, Assert.Single((await Store.ClaimAsync(new() { Worker = await RegisterAsync(), Demands = [new(Given.Queue, 5)], SuspectAllowed = false })).Jobs).Attempt);
    }

    [Fact]
    public async Task A_job_whose_handler_had_returned_without_saving_costs_what_it_left_unsaved()
    {
        var held = await RunAsync();
        held.Presence.OpenStream(held.Slot, "pages");
        foreach (var (key, settled) in new[] { ("a", true), ("b", true), ("c", false) })
            held.Presence.ItemEnded(held.Slot, held.Presence.ItemStarted(held.Slot, key), settled, handlerMs: 20);
        held.Presence.Saved(held.Slot, items: 1, handlerMs: 20);
        held.Presence.Leave(held.Slot);
        var told = Assert.Single((await CrashAsync(held.Worker)).Jobs).Interruption!;
        Assert.Equal((1L, 40L, true), (told.CostItems, told.CostMs, told.Exact));
    }

    [Fact]
    public async Task A_worker_is_dead_once_silent_for_longer_than_its_own_lease()
    {
        var held = await RunAsync();
        var patient = await RunAsync(worker: await RegisterAsync(Given.Worker with { LeaseDuration = TimeSpan.FromSeconds(60) }));
        // A second to spare on either side: a store may go by a beat on the machine's own clock.
        await PassAsync(14);
        Assert.Empty((await RescueAsync()).Jobs);
        await PassAsync(2);
        var reply = await RescueAsync();
        Assert.Equal(held.Id, Assert.Single(reply.Jobs).Id);
        // It may not be dead: stopped between taking an item and beginning it, it still goes on with that one.
        var told = reply.Jobs[0].Interruption!;
        Assert.Equal((InterruptionCause.LeaseLost, -1L, false), (told.Cause, told.CostItems, told.Exact));
        Assert.Equal(JobState.Running, await StateAsync(patient.Id));
    }

    [Fact]
    public async Task A_rescuer_never_rescues_itself_and_beats_keep_the_others()
    {
        var held = await RunAsync();
        var other = await RunAsync();
        await PassAsync(60);
        await Store.BeatAsync(new() { Worker = other.Worker, Draining = false, Running = 1 });
        Same.As(new() { Jobs = [], WorkersBuried = 0, More = false }, await RescueAsync(by: held.Worker));
        Assert.Equal(held.Id, Assert.Single((await RescueAsync(by: other.Worker)).Jobs).Id);
    }

    [Fact]
    public async Task A_dead_worker_without_jobs_is_buried()
    {
        var worker = await RegisterAsync();
        Same.As(new() { Jobs = [], WorkersBuried = 1, More = false }, await CrashAsync(worker));
        Same.As(new() { Jobs = [], WorkersBuried = 0, More = false }, await RescueAsync());
    }

    [Fact]
    public async Task A_rescue_takes_a_bounded_number_and_goes_on_where_it_stopped()
    {
        var worker = await RegisterAsync();
        await EnqueueAsync(5);
        foreach (var job in await ClaimAsync(worker)) Enter(worker, job);
        await KillAsync(worker);
        var first = await RescueAsync(limit: 2);
        Assert.Equal((2, 0, true), (first.Jobs.Length, first.WorkersBuried, first.More));
        Assert.False((await Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
        Assert.False(Assert.Single(await Store.ListWorkersAsync()).Alive);
        var second = await RescueAsync(limit: 3);
        Assert.Equal((3, 1, false), (second.Jobs.Length, second.WorkersBuried, second.More));
        Assert.Equal(5, first.Jobs.Concat(second.Jobs).Select(job => job.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_that_was_asked_outlives_the_crash_even_at_the_end_of_the_budget(bool started)
    {
        var held = await RunAsync();
        await CrashAsync(held.Worker);
        var worker = await RegisterAsync();
        var job = Assert.Single(await ClaimAsync(worker, suspect: true));
        if (started) Enter(worker, job);
        await ControlAsync(job.Id, ControlAction.Cancel, "enough");
        Assert.Equal(JobState.Cancelled, Assert.Single((await CrashAsync(worker, crashBudget: 1)).Jobs).Next);
        Assert.Equal((JobState.Cancelled, "enough"), (await StateAsync(job.Id), (await ReadAsync(job.Id)).Reason));
    }

    [Fact]
    public async Task A_park_that_was_asked_outlives_the_crash()
    {
        var held = await RunAsync();
        var until = (await NowAsync()).AddHours(1);
        await ControlAsync(held.Id, ControlAction.Park, "quota", until);
        Assert.Equal(JobState.Parked, Assert.Single((await CrashAsync(held.Worker)).Jobs).Next);
        Assert.Equal((until, "quota"), ((await ReadAsync(held.Id)).DueAt!.Value, (await ReadAsync(held.Id)).Reason));
    }
}
