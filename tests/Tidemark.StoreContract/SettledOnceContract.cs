using Tidemark.Lifecycle;
using Tidemark.Settling;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>Settlements that repeat, come too late, or are none.</summary>
public abstract class SettledOnceContract : Contract
{
    [Fact]
    public async Task Each_settlement_of_a_batch_stands_alone_and_is_answered_in_order()
    {
        var worker = await RegisterAsync();
        var first = await RunAsync(worker: worker);
        var lost = await RunAsync();
        var last = await RunAsync(worker: worker);
        await CrashAsync(lost.Worker);
        Assert.Equal([SettleVerdict.Settled, SettleVerdict.LeaseLost, SettleVerdict.Settled, SettleVerdict.Settled],
            await Store.SettleAsync([first.Outcome(JobEvent.Succeed), lost.Outcome(JobEvent.Succeed), last.Outcome(JobEvent.Fail), first.Outcome(JobEvent.Succeed)]));
        Assert.Equal([JobState.Succeeded, JobState.Pending, JobState.Failed], [await StateAsync(first.Id), await StateAsync(lost.Id), await StateAsync(last.Id)]);
        Assert.Empty(await Store.SettleAsync([]));
    }

    [Fact]
    public async Task A_stale_fence_settles_nothing()
    {
        var first = await RunAsync();
        await CrashAsync(first.Worker);
        Assert.Equal(SettleVerdict.LeaseLost, await first.SettleAsync(JobEvent.Succeed));
        var second = await TakeAsync(await RegisterAsync(), suspect: true);
        Assert.Equal(SettleVerdict.LeaseLost, await first.SettleAsync(JobEvent.Succeed));
        Assert.Equal(JobState.Running, await StateAsync(first.Id));
        Assert.Equal(SettleVerdict.Settled, await second.SettleAsync(JobEvent.Succeed));
        Assert.Equal(SettleVerdict.LeaseLost, await first.SettleAsync(JobEvent.Fail));
        Assert.Equal(JobState.Succeeded, await StateAsync(first.Id));
        var unknown = first.Job with { Id = new(4_711) };
        Assert.Equal(SettleVerdict.LeaseLost, (await Store.SettleAsync([Given.Outcome(unknown, first.Worker, JobEvent.Succeed)]))[0]);
    }

    // A store may settle a plain success in a shorter way than anything else, and one with memory in a third.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_late_settlement_leaves_the_job_to_the_worker_that_runs_it_by_now(bool hasMemory)
    {
        var first = await RunAsync();
        if (hasMemory) await Store.SaveMemoAsync(first.Lease, Given.Memo("open"));
        await CrashAsync(first.Worker);
        var second = await TakeAsync(await RegisterAsync(), suspect: true);
        Assert.Equal((2, hasMemory), (second.Job.Attempt, second.Job.HasMemory));
        var before = await DetailsAsync(second.Id);
        Assert.Equal(JobState.Running, before.Job.State);
        foreach (var (_, happened, _) in Transitions.All.Where(move => move.From == JobState.Running))
        {
            var plain = first.Outcome(happened);
            foreach (var late in new[] { plain, plain with { Reason = "late", Failures = 9, Interruption = Given.Interruption(InterruptionCause.Drain) } })
                Assert.Equal((happened, SettleVerdict.LeaseLost), (happened, await first.SettleAsync(late)));
            Same.As(before, await DetailsAsync(second.Id));
        }
        Assert.Equal(SettleVerdict.Settled, await second.SettleAsync(JobEvent.Succeed));
        Assert.Equal(JobState.Succeeded, await StateAsync(second.Id));
    }

    [Theory]
    [InlineData(nameof(JobEvent.Retry))]
    [InlineData(nameof(JobEvent.Park))]
    [InlineData(nameof(JobEvent.Fail))]
    [InlineData(nameof(JobEvent.Cancel))]
    public async Task A_repeated_settlement_is_answered_as_the_first_and_changes_nothing(string happened)
    {
        var held = await RunAsync();
        var settlement = held.Outcome(Enum.Parse<JobEvent>(happened)) with { Reason = "once", Interruption = Given.Interruption(InterruptionCause.Park) };
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(settlement));
        var before = await DetailsAsync(held.Id);
        await PassAsync(1);
        Assert.Equal(SettleVerdict.Settled, await held.SettleAsync(settlement with { Reason = "twice", Failures = 9 }));
        Same.As(before, await DetailsAsync(held.Id));
    }

    [Fact]
    public async Task A_settlement_that_the_law_does_not_know_writes_nothing_of_its_batch()
    {
        var worker = await RegisterAsync();
        var good = await RunAsync(worker: worker);
        var bad = await RunAsync(worker: worker);
        var legal = Transitions.All.Where(move => move.From == JobState.Running).Select(move => (move.On, move.To)).ToHashSet();
        foreach (var happened in Enum.GetValues<JobEvent>())
            foreach (var next in Enum.GetValues<JobState>().Where(next => !legal.Contains((happened, next))))
                await Assert.ThrowsAsync<ArgumentException>(async () =>
                    await Store.SettleAsync([good.Outcome(JobEvent.Succeed), bad.Outcome(JobEvent.Succeed) with { Event = happened, Next = next }]));
        var twoTimes = bad.Outcome(JobEvent.Retry) with { DueAt = await NowAsync(), DueAfter = TimeSpan.Zero };
        await Assert.ThrowsAsync<ArgumentException>(() => bad.SettleAsync(twoTimes));
        await Assert.ThrowsAsync<ArgumentException>(() => bad.SettleAsync(bad.Outcome(JobEvent.Succeed) with { Lease = good.Lease }));
        await Assert.ThrowsAsync<ArgumentException>(() => bad.SettleAsync(bad.Outcome(JobEvent.Succeed) with { Lease = bad.Lease with { Fence = 0 } }));
        Assert.Equal([JobState.Running, JobState.Running], [await StateAsync(good.Id), await StateAsync(bad.Id)]);
    }
}
