using Tidemark.Hosting;
using Xunit;

namespace Tidemark.Tests.Hosting;

public sealed class EngineLaneTests : IDisposable
{
    static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly EngineLane lane = new();

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => lane.Dispose();

    [Fact]
    public async Task A_timer_fires_on_the_thread_that_runs_the_tasks()
    {
        var ofTasks = await Task.Factory.StartNew(() => Environment.CurrentManagedThreadId, Ending, TaskCreationOptions.None, lane);
        var fired = Fired();
        using var timer = lane.Timers.CreateTimer(_ => fired.SetResult(Environment.CurrentManagedThreadId), null, Soon, Timeout.InfiniteTimeSpan);
        Assert.Equal(ofTasks, await fired.Task.WaitAsync(Patience, Ending));
    }

    [Fact]
    public async Task A_timer_that_is_armed_again_for_an_earlier_time_fires_then()
    {
        var fired = Fired();
        using var timer = lane.Timers.CreateTimer(_ => fired.SetResult(1), null, TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
        timer.Change(Soon, Timeout.InfiniteTimeSpan);
        await fired.Task.WaitAsync(Patience, Ending);
    }

    [Fact]
    public async Task A_timer_that_is_put_off_or_disposed_does_not_fire()
    {
        var wrong = 0;
        var putOff = lane.Timers.CreateTimer(_ => wrong++, null, Soon, Timeout.InfiniteTimeSpan);
        putOff.Change(TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
        lane.Timers.CreateTimer(_ => wrong++, null, Soon, Timeout.InfiniteTimeSpan).Dispose();
        var later = Fired();
        using var timer = lane.Timers.CreateTimer(_ => later.SetResult(wrong), null, 2 * Soon, Timeout.InfiniteTimeSpan);
        Assert.Equal(0, await later.Task.WaitAsync(Patience, Ending));
        putOff.Dispose();
    }

    [Fact]
    public async Task A_lane_that_never_rests_fires_its_timers()
    {
        var fired = Fired();
        using var timer = lane.Timers.CreateTimer(_ => fired.SetResult(1), null, Soon, Timeout.InfiniteTimeSpan);
        await Task.Factory.StartNew(
            async () =>
            {
                while (!fired.Task.IsCompleted) await Task.Yield(); // each round is a task of the lane, queued by the one before
            },
            Ending, TaskCreationOptions.None, lane).Unwrap().WaitAsync(Patience, Ending);
    }

    static TaskCompletionSource<int> Fired() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
