using Tidemark.Controlling;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Reading;
using Tidemark.Running;
using Xunit;

namespace Tidemark.StoreContract;

public abstract class WorkerContract : Contract
{
    [Fact]
    public async Task A_worker_is_read_as_it_registered_and_as_it_last_beat()
    {
        var started = await NowAsync();
        var first = await RegisterAsync();
        var second = await RegisterAsync(new()
        {
            Name = "host-b:4",
            Host = "host-b",
            ProcessId = 4,
            JobNames = ["a", "b"],
            Queues = ["q", "r"],
            LeaseDuration = TimeSpan.FromSeconds(30),
            Slots = 3,
        });
        await PassAsync(10);
        Assert.True((await Store.BeatAsync(new() { Worker = second, Draining = true, Running = 2 })).Alive);
        await PassAsync(20);
        Same.As(
        [
            new()
            {
                Id = first,
                Name = "host-a:17",
                Host = "host-a",
                ProcessId = 17,
                StartedAt = started,
                BeatAge = TimeSpan.FromSeconds(30),
                Alive = false,
                Draining = false,
                JobNames = [Given.Name],
                Queues = [Given.Queue],
                Running = 0,
            },
            new WorkerReading
            {
                Id = second,
                Name = "host-b:4",
                Host = "host-b",
                ProcessId = 4,
                StartedAt = started,
                BeatAge = TimeSpan.FromSeconds(20),
                Alive = true,
                Draining = true,
                JobNames = ["a", "b"],
                Queues = ["q", "r"],
                Running = 2,
            },
        ], (await Store.ListWorkersAsync()).Select(worker => worker with { BeatAge = TimeSpan.FromSeconds(Math.Floor(worker.BeatAge.TotalSeconds)) }).ToArray());
    }

    [Fact]
    public async Task A_late_beat_revives_a_worker_that_nobody_has_declared_dead()
    {
        var held = await RunAsync();
        await PassAsync(60);
        Assert.False(Assert.Single(await Store.ListWorkersAsync()).Alive);
        Assert.True((await Store.BeatAsync(new() { Worker = held.Worker, Draining = false, Running = 1 })).Alive);
        Assert.True(Assert.Single(await Store.ListWorkersAsync()).Alive);
        Assert.Empty((await RescueAsync()).Jobs);
    }

    [Fact]
    public async Task A_worker_that_was_declared_dead_may_not_beat_claim_or_read_asks()
    {
        var held = await RunAsync();
        await PassAsync(60);
        await RescueAsync();
        Assert.False((await Store.BeatAsync(new() { Worker = held.Worker, Draining = false, Running = 1 })).Alive);
        Assert.Empty(await ClaimAsync(held.Worker, suspect: true));
        Assert.Empty(await Store.ReadAsksAsync(held.Worker));
        Assert.Empty(await Store.ListWorkersAsync());
    }

    [Fact]
    public async Task An_unknown_worker_may_not_beat_or_claim()
    {
        var id = await EnqueueAsync();
        Assert.False((await Store.BeatAsync(new() { Worker = new(4_711), Draining = false, Running = 0 })).Alive);
        Assert.Empty(await ClaimAsync(new(4_711)));
        Assert.Equal(JobState.Pending, await StateAsync(id));
    }

    [Fact]
    public async Task A_worker_that_retires_with_nothing_left_is_gone()
    {
        var worker = await RegisterAsync();
        await Store.RetireAsync(worker);
        await Store.RetireAsync(worker);
        Assert.Empty(await Store.ListWorkersAsync());
        Assert.False((await Store.BeatAsync(new() { Worker = worker, Draining = true, Running = 0 })).Alive);
    }

    [Fact]
    public async Task A_worker_that_retires_with_a_job_keeps_it_until_it_is_settled()
    {
        var held = await RunAsync();
        await EnqueueAsync();
        await Store.RetireAsync(held.Worker);
        var worker = Assert.Single(await Store.ListWorkersAsync());
        Assert.True(worker.Draining);
        Assert.Empty(await ClaimAsync(held.Worker));
        await PassAsync(3_600);
        Assert.Empty((await RescueAsync()).Jobs);
        Assert.True(Assert.Single(await Store.ListWorkersAsync()).Alive);
        Assert.Equal(SaveVerdict.Saved, (await held.SaveAsync(Given.Rows)).Verdict);
        Assert.Equal(Settling.SettleVerdict.Settled, await held.SettleAsync(JobEvent.Succeed));
        Assert.Empty(await Store.ListWorkersAsync());
    }

    [Fact]
    public async Task A_worker_that_retired_with_a_job_is_dead_when_its_process_is_gone()
    {
        var held = await RunAsync();
        await Store.RetireAsync(held.Worker);
        Assert.Equal(held.Id, Assert.Single((await CrashAsync(held.Worker)).Jobs).Id);
    }

    [Fact]
    public async Task Asks_are_read_by_their_holder_alone_and_until_they_are_settled()
    {
        var worker = await RegisterAsync();
        var parked = await RunAsync(worker: worker);
        var cancelled = await RunAsync(worker: worker);
        var other = await RunAsync();
        var until = (await NowAsync()).AddHours(1);
        await ControlAsync(parked.Id, ControlAction.Park, "quota", until.AddTicks(9_999));
        await ControlAsync(cancelled.Id, ControlAction.Cancel);
        var asks = new[]
        {
            new Ask { Job = parked.Id, Kind = AskKind.Park, Until = until, Reason = "quota" },
            new Ask { Job = cancelled.Id, Kind = AskKind.Cancel, Until = null, Reason = "asked by ada" },
        };
        Same.As(asks, await Store.ReadAsksAsync(worker));
        Same.As(asks, await Store.ReadAsksAsync(worker));
        Assert.Empty(await Store.ReadAsksAsync(other.Worker));

        Same.As(new(SaveVerdict.Saved, asks[0]), await Store.SaveMemoAsync(parked.Lease, Given.Memo("open")));
        Same.As(new(SaveVerdict.Saved, asks[0]), await parked.CheckpointAsync(1, Given.Rows));
        Same.As(new(SaveVerdict.Saved, asks[0]), await parked.CheckpointAsync(1, Given.Rows));
        Same.As(new(SaveVerdict.Saved, null), await other.SaveAsync(Given.Rows));

        await parked.SettleAsync(parked.Outcome(JobEvent.Park) with { DueAt = until });
        await cancelled.SettleAsync(JobEvent.Cancel);
        Assert.Empty(await Store.ReadAsksAsync(worker));
    }
}
