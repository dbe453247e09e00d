using Tidemark.Lifecycle;
using Tidemark.Running;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>
/// Saves after a stream's first that say nothing but how far it has come, as nearly every one does: a store may write them in a shorter way than the first,
/// and it must know the lease and the number there too.
/// </summary>
public abstract class LaterSaveContract : Contract
{
    static CheckpointRows At(string cursor, bool progress = false) => Given.Rows with { Cursor = Given.Json($"\"{cursor}\""), Progress = progress };

    async Task IsRefusedAsync(Held held, long number, CheckpointRows rows)
    {
        var before = await Store.RecallAsync(held.Id, null);
        Same.As(new(SaveVerdict.LeaseLost, null), await held.CheckpointAsync(number, rows));
        Same.As(before, await Store.RecallAsync(held.Id, null));
    }

    [Fact]
    public async Task A_late_save_leaves_the_stream_to_the_worker_that_runs_the_job_by_now()
    {
        var first = await RunAsync();
        await first.CheckpointAsync(1, At("a"));
        await CrashAsync(first.Worker);
        var second = await TakeAsync(await RegisterAsync(), suspect: true);
        // Progress would change something about a suspect, and so be looked at for more than the fence.
        await IsRefusedAsync(first, 2, At("late"));
        Assert.Equal(SaveVerdict.Saved, (await second.CheckpointAsync(2, At("b", progress: true))).Verdict);
        Assert.False((await ReadAsync(second.Id)).IsSuspect);
        // The number that the other has saved is no repeat of it, and the next is not for this one to save.
        await IsRefusedAsync(first, 2, At("late"));
        await IsRefusedAsync(first, 3, At("late"));
        await IsRefusedAsync(first, 3, At("late", progress: true));
        var stream = Assert.Single((await Store.RecallAsync(second.Id, null)).Streams);
        Same.As((2L, Given.Json("\"b\"")), (stream.Number, stream.Cursor));
        Assert.Equal(SaveVerdict.Saved, (await second.CheckpointAsync(3, At("c"))).Verdict);
    }

    [Theory]
    [InlineData("settled by itself")]
    [InlineData("failed by itself")]
    [InlineData("rescued")]
    public async Task A_later_save_of_a_job_that_nobody_runs_is_refused(string how)
    {
        var held = await RunAsync();
        await held.CheckpointAsync(1, At("a"));
        if (how == "settled by itself") await held.SettleAsync(JobEvent.Retry);
        if (how == "failed by itself") await held.SettleAsync(JobEvent.Fail);
        if (how == "rescued") await CrashAsync(held.Worker);
        await IsRefusedAsync(held, 2, At("late"));
    }

    [Fact]
    public async Task A_later_save_again_is_the_same_write_and_one_that_does_not_follow_is_refused()
    {
        var held = await RunAsync();
        await held.CheckpointAsync(1, At("start"));
        await held.CheckpointAsync(2, At("a"));
        Assert.Equal(SaveVerdict.Saved, (await held.CheckpointAsync(2, At("b"))).Verdict);
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(4, At("c")));
        var stream = Assert.Single((await Store.RecallAsync(held.Id, null)).Streams);
        Same.As((2L, Given.Json("\"a\"")), (stream.Number, stream.Cursor));
        Assert.Equal(SaveVerdict.Saved, (await held.CheckpointAsync(3, At("d"))).Verdict);
        // Nor does one that has been overtaken.
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(2, At("a")));
        stream = Assert.Single((await Store.RecallAsync(held.Id, null)).Streams);
        Same.As((3L, Given.Json("\"d\"")), (stream.Number, stream.Cursor));
    }
}
