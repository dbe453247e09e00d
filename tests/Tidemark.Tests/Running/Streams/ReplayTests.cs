using System.Collections.Concurrent;
using Xunit;

namespace Tidemark.Tests.Running.Streams;

/// <summary>A replay is known as one by every way that its items take.</summary>
public sealed class ReplayTests
{
    bool bad = true;
    int tries;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    Task Handle(StreamItem<int> item) =>
        item.Value != 1 ? Task.CompletedTask
        : bad ? throw new QuarantineItemException("bad")
        : Interlocked.Increment(ref tries) == 1 ? throw new TimeoutException("not yet") : Task.CompletedTask;

    [Fact]
    public async Task A_replayed_item_that_waited_on_the_durable_list_is_moved_to_done()
    {
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((item, _) => Handle(item)), 3, options =>
        {
            options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromMilliseconds(100) };
            options.MaxWaitInPlace = TimeSpan.FromMilliseconds(10);
        });
        var job = await engine.RunAsync(StreamHost.Load, 1);
        Assert.Equal(1, job.Streams[0].Quarantined);
        bad = false;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));

        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(visit, Token).WaitAsync(StreamHost.Soon, Token)).State);
        await MovedAsync(engine, job.Id);
    }

    [Fact]
    public async Task A_park_during_the_backoff_of_a_replayed_item_does_not_forget_that_it_is_a_replay()
    {
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((item, _) => Handle(item)), 3,
            options => options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromSeconds(4), Jitter = Jitter.None });
        var job = await engine.RunAsync(StreamHost.Load, 1);
        bad = false;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
        await engine.UntilAsync(visit, _ => Volatile.Read(ref tries) == 1).WaitAsync(StreamHost.Soon, Token);
        await engine.Jobs.ParkAsync(visit, cancellationToken: Token);
        await engine.UntilAsync(visit, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        await engine.Jobs.WakeAsync(visit, Token);

        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(visit, Token).WaitAsync(StreamHost.Soon, Token)).State);
        await MovedAsync(engine, job.Id);
    }

    [Fact]
    public async Task The_breaker_does_not_take_back_what_a_replay_has_done_meanwhile()
    {
        var done = new ConcurrentQueue<int>();
        var mended = false;
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync(async (item, _) =>
        {
            if (item.Value == 2 && !mended)
            {
                reached.TrySetResult();
                await go.Task;
            }
            if (item.Value < 3 && !Volatile.Read(ref mended)) throw new TimeoutException("down");
            done.Enqueue(item.Value);
        }), 20, options =>
        {
            (options.Retry, options.ResumeCost) = (RetryPolicy.None, ResumeCost.AtMost(1));
            options.Breaker = new() { Failures = 3, Window = 6, Pause = TimeSpan.FromMinutes(1), PauseCeiling = TimeSpan.FromHours(1) };
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(StreamHost.Load, 1, cancellationToken: Token);
        await reached.Task.WaitAsync(StreamHost.Soon, Token);
        Volatile.Write(ref mended, true); // an operator replays 0 and 1 while the job runs
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(id, cancellationToken: Token));
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(visit, Token).WaitAsync(StreamHost.Soon, Token)).State);
        Volatile.Write(ref mended, false); // and the third one fails alike
        go.SetResult();
        var parked = (await engine.UntilAsync(id, JobState.Parked).WaitAsync(StreamHost.Soon, Token)).Streams[0];
        Assert.Equal((2, 0), (parked.Done, parked.Quarantined));

        Volatile.Write(ref mended, true);
        Assert.Equal(JobState.Succeeded, (await engine.WakeAsync(id)).State);
        var end = (await engine.Jobs.FindAsync(id, Token))!.Streams[0];
        Assert.Equal((20, 0), (end.Done, end.Quarantined));
        Assert.Equal(Enumerable.Range(0, 20), done.Order());
    }

    [Fact]
    public async Task A_replay_that_its_breaker_parked_still_moves_its_items_to_done()
    {
        var (mended, down) = (false, false);
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((item, _) =>
            down ? throw new TimeoutException("down") : mended ? Task.CompletedTask : throw new QuarantineItemException("bad")), 6, options =>
        {
            options.Retry = RetryPolicy.None;
            options.Breaker = new() { Failures = 3, Window = 6, Pause = TimeSpan.FromMinutes(1), PauseCeiling = TimeSpan.FromHours(1) };
        });
        var job = await engine.RunAsync(StreamHost.Load, 1);
        Assert.Equal(6, job.Streams[0].Quarantined);
        (mended, down) = (true, true);
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
        await engine.UntilAsync(visit, JobState.Parked).WaitAsync(StreamHost.Soon, Token);
        Assert.Equal(6, await engine.Jobs.QuarantinedAsync(job.Id, Token).CountAsync(Token)); // a cancel of the replay would lose nothing
        down = false;

        Assert.Equal(JobState.Succeeded, (await engine.WakeAsync(visit)).State);
        var after = (await engine.Jobs.FindAsync(job.Id, Token))!.Streams[0];
        Assert.Equal((6, 0), (after.Done, after.Quarantined));
        Assert.Empty(await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task The_quarantine_limit_counts_what_is_in_quarantine_and_not_what_was_replayed_since()
    {
        var mended = false;
        await using var engine = await StreamHost.StartAsync(stream => stream.ForEachAsync((item, _) =>
            (item.Value < 3 && !mended) || item.Value == 10 ? throw new QuarantineItemException($"bad {item.Value}") : Task.CompletedTask), 20, options => options.QuarantineLimit = 2);
        var job = await engine.RunAsync(StreamHost.Load, 1);
        Assert.Equal(JobState.Failed, job.State);
        mended = true;
        foreach (var visit in await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token)) await engine.Jobs.WaitAsync(visit, Token);
        Assert.Empty(await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token));
        await engine.Jobs.RetryAsync(job.Id, Token);

        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(job.Id, Token).WaitAsync(StreamHost.Soon, Token)).State);
    }

    async Task MovedAsync(EngineHost engine, JobId id)
    {
        Assert.Equal(2, tries);
        var stream = (await engine.Jobs.FindAsync(id))!.Streams[0];
        Assert.Equal((3, 0), (stream.Done, stream.Quarantined));
        Assert.Empty(await engine.Jobs.QuarantinedAsync(id, Token).ToListAsync(Token));
    }
}
