using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>What a handler hangs on its tokens is its own: it may block or throw, and nobody else pays.</summary>
public sealed class CallbackTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly JobKey<int> Other = new("other");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_callback_of_a_cancel_that_blocks_holds_up_nobody_else()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var blocked = new TaskCompletionSource();
        await using var engine = await StartAsync(async (_, _, token) =>
        {
            await using var blocks = token.Register(() =>
            {
                blocked.SetResult();
                release.Wait(Token);
            });
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);
        await engine.Jobs.CancelAsync(id, cancellationToken: Token);
        await blocked.Task.WaitAsync(Token);
        try
        {
            Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Other, 1)).State);
            Assert.Equal(JobState.Running, (await engine.Jobs.FindAsync(id, Token))!.State);
        }
        finally
        {
            release.Set();
        }
        Assert.Equal(JobState.Cancelled, (await engine.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task A_callback_of_the_drain_that_throws_is_told_and_breaks_the_drain_of_nobody()
    {
        var ready = new CountdownEvent(3);
        await using var engine = await StartAsync(async (_, job, _) =>
        {
            job.Stopping.Register(() => throw new InvalidOperationException("thrown by a callback"));
            ready.Signal();
            await Task.Delay(Timeout.Infinite, job.Stopping);
        });
        JobId[] ids = [await EnqueueAsync(engine, 1), await EnqueueAsync(engine, 2), await EnqueueAsync(engine, 3)];
        ready.Wait(Token);
        await engine.StopAsync();

        Assert.All(await Task.WhenAll(ids.Select(id => engine.Jobs.FindAsync(id))), job => Assert.Equal((JobState.Pending, 0), (job!.State, job.Attempt)));
        Assert.Contains("thrown by a callback", await engine.Log.UntilAsync("callback that job"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_reaches_every_handler_although_each_blocks_on_hearing_of_it()
    {
        using var release = new ManualResetEventSlim();
        var ready = new CountdownEvent(2);
        var heard = new CountdownEvent(2);
        await using var engine = await StartAsync(async (_, job, _) =>
        {
            ready.Signal();
            try
            {
                await Task.Delay(Timeout.Infinite, job.Stopping);
            }
            finally
            {
                heard.Signal();
                release.Wait(Token);
            }
        });
        await EnqueueAsync(engine, 1);
        await EnqueueAsync(engine, 2);
        ready.Wait(Token);
        var stopping = engine.StopAsync();

        heard.Wait(Token);
        release.Set();
        await stopping;
    }

    [Fact]
    public async Task A_worker_that_was_declared_dead_joins_again_although_a_callback_throws()
    {
        var started = new TaskCompletionSource();
        var dies = false;
        await using var engine = await StartAsync(async (_, _, token) =>
        {
            if (started.Task.IsCompleted) return; // the next attempt, of the worker that has joined again
            token.Register(() => throw new InvalidOperationException("thrown by a callback"));
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, new InterceptedStore((method, _) =>
        {
            if (method != nameof(IJobStore.BeatAsync) || !Interlocked.Exchange(ref dies, false)) return null;
            return new BeatReply(Alive: false);
        }));
        await EnqueueAsync(engine, 1);
        await started.Task.WaitAsync(Token);
        Volatile.Write(ref dies, true);

        await engine.Log.UntilAsync("has joined again");
        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Other, 1)).State);
    }

    [Fact]
    public async Task A_callback_of_a_time_limit_that_throws_costs_its_item_and_not_the_process()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job) => job.Stream("items", Items.Of([1, 2], i => $"{i}")).ForEachAsync(async (item, token) =>
            {
                if (item.Value == 2) return;
                token.Register(() => throw new InvalidOperationException("thrown by a callback"));
                await Task.Delay(Timeout.Infinite, token);
            }))
            .Stream("items", options => (options.ItemTimeLimit, options.Retry) = (TimeSpan.FromMilliseconds(50), RetryPolicy.None)));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, 1, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Contains("took longer than its limit", job.Streams[0].LastFailure!.Error, StringComparison.Ordinal);
    }

    static async Task<JobId> EnqueueAsync(EngineHost engine, int n) => (await engine.Jobs.EnqueueAsync(Load, n, cancellationToken: Token)).Id;

    static Task<EngineHost> StartAsync(Func<int, JobContext, CancellationToken, Task> handler, IJobStore? store = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(20);
        tidemark.AddJob(Load).HandledBy((int n, JobContext job, CancellationToken token) => handler(n, job, token));
        tidemark.AddJob(Other).HandledBy((int _) => { });
    }, store: store);
}
