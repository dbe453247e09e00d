using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Handlers that end in another way than their streams.</summary>
public sealed class HandlerEndTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_that_returns_while_its_stream_runs_fails_the_job_naming_the_stream()
    {
        await using var engine = await StartAsync((job, _) =>
        {
            var unawaited = job.Stream("items", Numbers(100)).ForEachAsync((_, token) => Task.Delay(Timeout.Infinite, token));
            return Task.CompletedTask;
        }, grace: TimeSpan.FromMilliseconds(200));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("'items'", job.Reason, StringComparison.Ordinal);
        Assert.Contains("Await", job.Reason, StringComparison.Ordinal);
        Assert.Equal(0, job.Streams.Sum(stream => stream.Quarantined));
    }

    [Fact]
    public async Task An_attempt_that_fails_while_its_stream_runs_ends_with_the_items_in_flight_and_they_are_saved()
    {
        var now = new ConcurrentDictionary<int, int>();
        var twice = new ConcurrentQueue<int>();
        var starts = new ConcurrentQueue<int>();
        var inside = new TaskCompletionSource();
        var failed = new TaskCompletionSource();
        await using var engine = await StartAsync(async (job, _) =>
        {
            var items = job.Stream("items", Numbers(5)).ForEachAsync(async (item, _) =>
            {
                starts.Enqueue(item.Value);
                if (now.AddOrUpdate(item.Value, 1, (_, n) => n + 1) > 1) twice.Enqueue(item.Value);
                inside.TrySetResult();
                await failed.Task;
                await Task.Delay(50, Token); // the attempt could end here, if nothing held it
                now.AddOrUpdate(item.Value, 0, (_, n) => n - 1);
            });
            await inside.Task;
            if (job.Attempt > 1)
            {
                await items;
                return;
            }
            failed.SetResult();
            throw new TimeoutException("between the start of the stream and its await");
        }, job => job.Retry(new() { MaxRetries = 3, BaseDelay = TimeSpan.Zero }));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Attempt));
        Assert.Empty(twice);
        Assert.Equal(Enumerable.Range(0, 5), starts.Order());
    }

    [Fact]
    public async Task A_drain_explains_a_handler_that_returns_while_its_stream_leaves()
    {
        var reached = new TaskCompletionSource();
        await using var engine = await StartAsync(async (job, _) =>
        {
            var unawaited = job.Stream("items", Numbers(100)).ForEachAsync(async (item, _) =>
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, job.Stopping).ContinueWith(_ => { }, Token);
            });
            await Task.Delay(Timeout.Infinite, job.Stopping).ContinueWith(_ => { }, Token);
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await reached.Task.WaitAsync(Token);
        await engine.StopAsync();

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Pending, 0, "Drain"), (job.State, job.Attempt, Assert.Single(job.Interruptions).Cause));
    }

    [Fact]
    public async Task A_park_that_the_handler_swallows_parks_the_job_and_no_later_step_runs()
    {
        var published = false;
        await using var engine = await StartAsync(async (job, _) =>
        {
            await SwallowAsync(job.Stream("items", Numbers(10)).ForEachAsync((item, _) => item.Value == 3 ? throw Park.UntilWoken("quota") : Task.CompletedTask));
            await SwallowAsync(job.StepAsync("publish", (_, _) =>
            {
                published = true;
                return Task.CompletedTask;
            }));
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, status => status.State is not (JobState.Pending or JobState.Running));

        Assert.Equal((JobState.Parked, "quota", 3, 0), (job.State, job.Reason, job.Streams[0].Done, job.Attempt));
        Assert.False(published);
    }

    [Fact]
    public async Task What_a_rule_says_of_an_item_counts_although_the_handler_wraps_the_error()
    {
        await using var engine = await StartAsync(async (job, _) =>
        {
            try
            {
                await job.Stream("items", Numbers(10)).ForEachAsync((_, _) => throw new FormatException("another file altogether"));
            }
            catch (FormatException error)
            {
                throw new TimeoutException("in the load", error); // by itself that would be retried
            }
        }, job => job.OnException<FormatException>(_ => FaultDecision.Fail));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Failed, "another file altogether"), (job.State, job.Reason));
    }

    [Fact]
    public async Task An_ordinary_failure_of_a_stream_is_the_handlers_to_catch()
    {
        await using var engine = await StartAsync((job, _) => SwallowAsync(
            job.Stream("items", Pages.Of((int? _, CancellationToken _) => Task.FromException<Page<int, int?>>(new TimeoutException("down")), i => $"{i}")).ForEachAsync((_, _) => Task.CompletedTask)));

        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Load, 1)).State);
    }

    static async Task SwallowAsync(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception)
        {
            // as handlers do that log and go on
        }
    }

    static Source<int, int> Numbers(int n) => Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}");

    static Task<EngineHost> StartAsync(Func<JobContext, CancellationToken, Task> handler, Action<JobBuilder<int>>? job = null, TimeSpan? grace = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.Options.AbortGrace = grace ?? TimeSpan.FromMinutes(1); // nobody is given up for the machine's slowness
        var load = tidemark.AddJob(Load).HandledBy((int _, JobContext context, CancellationToken token) => handler(context, token)).Stream("items", options => options.Retry = RetryPolicy.None);
        job?.Invoke(load);
    });
}
