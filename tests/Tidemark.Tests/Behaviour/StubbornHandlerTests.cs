using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Handlers that do not leave when their worker is told to stop.</summary>
public sealed class StubbornHandlerTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_worker_of_one_that_ignores_even_the_abort_beats_on_after_the_stop_so_that_nobody_else_runs_its_job()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var beatenOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WorkerId? worker = null;
        var (hasStopped, beats) = (false, 0);
        var store = new InterceptedStore((_, asked) =>
        {
            if (asked is not Beat beat) return null;
            worker ??= beat.Worker;
            // More than one: the beat that a stop finds under way is still given.
            if (Volatile.Read(ref hasStopped) && beat.Worker == worker && ++beats == 3) beatenOn.TrySetResult();
            return null;
        });
        await using var engine = await StartAsync((_, _) =>
        {
            started.SetResult();
            return release.Task;
        }, drain: TimeSpan.FromMilliseconds(50), grace: TimeSpan.FromMilliseconds(50), store);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Soon, Token);
        await engine.StopAsync();
        Volatile.Write(ref hasStopped, true);

        await beatenOn.Task.WaitAsync(Soon, Token);
        Assert.Equal(JobState.Running, (await engine.Jobs.FindAsync(id, Token))!.State);
        release.SetResult();
        await engine.UntilAsync(id, JobState.Succeeded).WaitAsync(Soon, Token); // it was its own all the time
    }

    [Fact]
    public async Task One_that_did_not_listen_when_it_was_asked_to_leave_is_reached_by_a_cancel_long_before_the_drain_is_over()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = await StartAsync(async (job, token) =>
        {
            await using var _ = job.Stopping.Register(stopping.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, drain: TimeSpan.FromMinutes(10), grace: TimeSpan.FromSeconds(5));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Soon, Token);
        var stop = engine.StopAsync();
        await stopping.Task.WaitAsync(Soon, Token);

        Assert.Equal(ControlResult.Asked, await engine.Jobs.CancelAsync(id, cancellationToken: Token));
        await stop.WaitAsync(Soon, Token); // sooner than the host, whose patience is of 30 seconds, hurries the drain
        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Cancelled, "Cancel"), (job.State, Assert.Single(job.Interruptions).Cause));
    }

    static Task<EngineHost> StartAsync(Func<JobContext, CancellationToken, Task> handler, TimeSpan drain, TimeSpan grace, IJobStore? store = null) => EngineHost.StartAsync(tidemark =>
    {
        (tidemark.Options.BeatInterval, tidemark.Options.DrainTimeout, tidemark.Options.AbortGrace) = (TimeSpan.FromMilliseconds(20), drain, grace);
        tidemark.AddJob(Load).HandledBy((int _, JobContext job, CancellationToken token) => handler(job, token)).Retry(RetryPolicy.None);
    }, store: store);
}
