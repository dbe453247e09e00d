using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

public sealed class StreamTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly RetryPolicy ThreeAtOnce = new() { MaxRetries = 3, BaseDelay = TimeSpan.Zero };
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_many_items_run_at_once_as_were_asked_for_and_no_more()
    {
        int now = 0, most = 0;
        var together = new TaskCompletionSource();
        var job = await RunAsync(12, options => (options.Concurrency, options.ResumeCost) = (4, ResumeCost.AtMost(4)), async _ =>
        {
            var here = Interlocked.Increment(ref now);
            if (here == 4) together.TrySetResult();
            await together.Task.WaitAsync(Token); // ends only once four are here
            most = Math.Max(most, here);
            Interlocked.Decrement(ref now);
        });

        Assert.Equal((12, 4), (job.Streams[0].Done, most));
    }

    [Fact]
    public async Task An_item_that_fails_is_tried_again_in_place_under_one_idempotency_key()
    {
        var tries = new ConcurrentQueue<(string Key, int Attempt)>();
        var job = await RunAsync(3, _ => { }, item =>
        {
            if (item.Value == 1) tries.Enqueue((item.IdempotencyKey, item.Attempt));
            return item is { Value: 1, Attempt: < 3 } ? throw new TimeoutException("busy") : Task.CompletedTask;
        });

        Assert.Equal((JobState.Succeeded, 3, 2, 0), (job.State, job.Streams[0].Done, job.Streams[0].Retried, job.Streams[0].Quarantined));
        Assert.Equal([($"{job.Id}/items/1", 1), ($"{job.Id}/items/1", 2), ($"{job.Id}/items/1", 3)], tries);
        Assert.Equal("1", job.Streams[0].LastFailure!.Key);
        Assert.StartsWith("TimeoutException: busy", job.Streams[0].LastFailure!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_that_keeps_failing_is_quarantined_with_error_payload_and_tries_and_never_counted_as_done()
    {
        await using var engine = await StartAsync(_ => { }, item => item.Value == 1 ? throw new InvalidOperationException("bad checksum") : Task.CompletedTask);
        var job = await engine.RunAsync(Load, 3);

        Assert.Equal((JobState.Succeeded, 2, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        var item = Assert.Single(await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token));
        Assert.Equal(("items", "1", 4, 1), (item.Stream, item.Key, item.Failures, item.Item<int>()));
        Assert.StartsWith("InvalidOperationException: bad checksum", item.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_that_says_that_no_retry_helps_is_quarantined_at_its_first_try()
    {
        var tries = 0;
        var job = await RunAsync(3, _ => { }, item =>
        {
            if (item.Value != 1) return Task.CompletedTask;
            tries++;
            throw new QuarantineItemException("no such subscriber");
        });

        Assert.Equal((1, 1), (job.Streams[0].Quarantined, tries));
    }

    [Fact]
    public async Task More_quarantined_items_than_the_limit_fail_the_job_and_its_retry_goes_on_where_it_stopped()
    {
        var mended = false;
        var seen = new ConcurrentQueue<int>();
        await using var engine = await StartAsync(options => (options.QuarantineLimit, options.Retry, options.Breaker) = (2, RetryPolicy.None, null), item =>
        {
            seen.Enqueue(item.Value);
            return mended || item.Value is < 3 or > 5 ? Task.CompletedTask : throw new InvalidOperationException($"{item.Value} is bad");
        });
        var job = await engine.RunAsync(Load, 8);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("has 3 items in quarantine; the limit is 2", job.Reason, StringComparison.Ordinal);
        mended = true;
        Assert.Equal(ControlResult.Done, await engine.Jobs.RetryAsync(job.Id, Token));
        await engine.Jobs.WaitAsync(job.Id, Token);
        Assert.Equal(Enumerable.Range(0, 8), seen); // each once: nothing that was settled is done again
    }

    [Fact]
    public async Task A_replay_of_the_quarantine_runs_nothing_but_these_items_and_moves_them_to_done()
    {
        var mended = false;
        var ran = new ConcurrentQueue<string>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(async (int n, JobContext job) =>
            {
                var offset = await job.StepAsync("offset", (_, _) =>
                {
                    ran.Enqueue("step");
                    return Task.FromResult(100);
                });
                await job.Stream("before", Items.Of(new[] { 7 }, i => $"{i}")).ForEachAsync((item, _) => Note($"before {item.Value}"));
                await job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
                {
                    if (!mended && item.Value % 2 == 1) throw new QuarantineItemException("odd");
                    return Note(item.IdempotencyKey.Replace($"{job.Id}/", "parent/", StringComparison.Ordinal) + $" {offset + item.Value}");
                });
                ran.Enqueue("after");
            })
            .Stream("before").Stream("items"));
        var job = await engine.RunAsync(Load, 4);
        Assert.Equal((2, 2), (job.Streams[1].Done, job.Streams[1].Quarantined));

        ran.Clear();
        mended = true;
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(visit, Token)).State);

        // The parent's memo answers, the parent's key is given to the other side, and the code around the stream does not run.
        Assert.Equal([$"{job.Id}/items/1 101", $"{job.Id}/items/3 103"], ran);
        var after = (await engine.Jobs.FindAsync(job.Id, Token))!.Streams[1];
        Assert.Equal((4, 0), (after.Done, after.Quarantined));
        Assert.Empty(await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token));
        Assert.Empty(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));

        Task Note(string what)
        {
            ran.Enqueue(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task An_item_that_fails_its_replay_stays_in_quarantine_for_the_next_one()
    {
        await using var engine = await StartAsync(options => options.Retry = RetryPolicy.None, item => item.Value == 1 ? throw new InvalidOperationException("still bad") : Task.CompletedTask);
        var job = await engine.RunAsync(Load, 3);
        var visit = Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, "items", cancellationToken: Token));
        await engine.Jobs.WaitAsync(visit, Token);

        Assert.Equal("1", Assert.Single(await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token)).Key);
        Assert.Equal((2, 1), ((await engine.Jobs.FindAsync(job.Id, Token))!.Streams[0].Done, (await engine.Jobs.FindAsync(job.Id, Token))!.Streams[0].Quarantined));
        Assert.Single(await engine.Jobs.ReplayQuarantineAsync(job.Id, cancellationToken: Token));
    }

    [Fact]
    public async Task A_stream_that_is_through_is_not_run_again_by_the_next_attempt()
    {
        var seen = new ConcurrentQueue<int>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(async (int n, JobContext job) =>
            {
                await job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
                {
                    seen.Enqueue(item.Value);
                    return Task.CompletedTask;
                });
                if (job.Attempt == 1) throw new TimeoutException("after the stream");
            })
            .Retry(ThreeAtOnce).Stream("items"));
        var job = await engine.RunAsync(Load, 5);

        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Attempt));
        Assert.Equal([0, 1, 2, 3, 4], seen);
    }

    static async Task<JobStatus> RunAsync(int items, Action<StreamOptions> configure, Func<StreamItem<int>, Task> handle)
    {
        await using var engine = await StartAsync(configure, handle);
        return await engine.RunAsync(Load, items);
    }

    static Task<EngineHost> StartAsync(Action<StreamOptions> configure, Func<StreamItem<int>, Task> handle) => EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
        .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) => handle(item)))
        .Stream("items", options =>
        {
            options.Retry = ThreeAtOnce;
            configure(options);
        }));
}
