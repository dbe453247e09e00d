using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Cancels, drains, handlers that do not listen.</summary>
public sealed class StoppingTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cancel_reaches_a_handler_that_only_awaits_its_token()
    {
        var started = new TaskCompletionSource();
        await using var engine = await StartAsync(async (_, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);

        Assert.Equal(ControlResult.Asked, await engine.Jobs.CancelAsync(id, "not wanted any more", cancellationToken: Token));
        Assert.Equal(JobState.Cancelled, (await engine.Jobs.WaitAsync(id, Token)).State);
        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal(("not wanted any more", "Cancel"), (job.Reason, Assert.Single(job.Interruptions).Cause));
    }

    [Theory]
    [InlineData(false, JobState.Cancelled)]
    [InlineData(true, JobState.Failed)]
    public async Task A_handler_that_did_not_listen_when_it_was_asked_to_park_is_reached_by_a_cancel_and_by_its_limit(bool hasLimit, JobState end)
    {
        var started = new TaskCompletionSource();
        var stopping = new TaskCompletionSource();
        await using var engine = await StartAsync(async (job, token) =>
        {
            await using var _ = job.Stopping.Register(stopping.SetResult);
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, limit: hasLimit ? TimeSpan.FromSeconds(4) : null);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);
        Assert.Equal(ControlResult.Asked, await engine.Jobs.ParkAsync(id, reason: "the other side is being repaired", cancellationToken: Token));
        await stopping.Task.WaitAsync(Token);

        if (!hasLimit) Assert.Equal(ControlResult.Asked, await engine.Jobs.CancelAsync(id, cancellationToken: Token));
        Assert.Equal(end, (await engine.UntilAsync(id, job => job.State is JobState.Cancelled or JobState.Failed).WaitAsync(TimeSpan.FromSeconds(20), Token)).State);
    }

    [Fact]
    public async Task A_cancel_of_a_stream_finishes_the_items_in_flight_and_saves_them()
    {
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var aborted = false;
        await using var engine = await StartAsync((job, _) => job.Stream("items", Items.Of(Enumerable.Range(0, 100).ToArray(), i => $"{i}")).ForEachAsync(async (item, token) =>
        {
            if (item.Value != 3) return;
            reached.SetResult();
            await release.Task;
            aborted = token.IsCancellationRequested;
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await reached.Task.WaitAsync(Token);
        await engine.Jobs.CancelAsync(id, cancellationToken: Token);
        release.SetResult();
        await engine.Jobs.WaitAsync(id, Token);

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.False(aborted);
        Assert.Equal((JobState.Cancelled, 0L), (job.State, Assert.Single(job.Interruptions).Items));
        Assert.InRange(job.Streams[0].Done, 4, 99);
    }

    [Fact]
    public async Task A_job_that_waits_is_cancelled_at_once()
    {
        await using var engine = await StartAsync((_, _) => Task.CompletedTask);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, new() { DueAt = DateTimeOffset.UtcNow.AddHours(1) }, Token);

        Assert.Equal(ControlResult.Done, await engine.Jobs.CancelAsync(id, cancellationToken: Token));
        Assert.Equal(JobState.Cancelled, (await engine.Jobs.FindAsync(id, Token))!.State);
        Assert.Equal(ControlResult.Refused, await engine.Jobs.CancelAsync(id, cancellationToken: Token));
    }

    [Fact]
    public async Task A_handler_that_ignores_its_cancel_is_reported_and_only_its_own_slot_is_written_off()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var engine = await StartAsync(async (job, _) =>
        {
            started.TrySetResult();
            await release.Task;
        }, tidemark =>
        {
            tidemark.Options.AbortGrace = TimeSpan.FromMilliseconds(200);
            tidemark.Options.Slots = 2;
            tidemark.AddJob(new JobKey<string>("other")).HandledBy((string _) => { });
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);
        await engine.Jobs.CancelAsync(id, cancellationToken: Token);

        var line = await engine.Log.UntilAsync("ignores its abort");
        Assert.Contains("its slot is written off until the handler returns", line, StringComparison.Ordinal);
        Assert.Equal(JobState.Running, (await engine.Jobs.FindAsync(id, Token))!.State); // still leased: nobody else may run it
        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(new JobKey<string>("other"), "")).State);
        release.SetResult();
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State); // it did its work in spite of all
    }

    [Fact]
    public async Task A_job_without_progress_is_reported_as_stalled_and_goes_on()
    {
        var release = new TaskCompletionSource();
        await using var engine = await StartAsync((_, _) => release.Task, tidemark => tidemark.Options.StalledAfter = TimeSpan.FromSeconds(1));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);

        Assert.StartsWith($"Error: Job {id} (load) is stalled", await engine.Log.UntilAsync("is stalled"), StringComparison.Ordinal);
        Assert.Equal(JobState.Running, (await engine.Jobs.FindAsync(id, Token))!.State);
        release.SetResult();
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task A_drain_tells_stopping_and_not_abort_and_gives_the_job_back_unharmed()
    {
        var started = new TaskCompletionSource();
        var aborted = true;
        await using var engine = await StartAsync(async (job, token) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, job.Stopping);
            }
            finally
            {
                aborted = token.IsCancellationRequested;
            }
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);
        await engine.StopAsync();

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.False(aborted);
        Assert.Equal((JobState.Pending, 0), (job.State, job.Attempt));
        var line = Assert.Single(job.Interruptions);
        Assert.Equal(("Drain", 0L, true), (line.Cause, line.Items, line.Exact));
    }

    [Fact]
    public async Task A_drain_of_a_stream_costs_nothing_and_its_items_in_flight_are_done()
    {
        var seen = new ConcurrentQueue<int>();
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var engine = await StartAsync((job, _) => job.Stream("items", Items.Of(Enumerable.Range(0, 1_000).ToArray(), i => $"{i}")).ForEachAsync(async (item, _) =>
        {
            seen.Enqueue(item.Value);
            if (item.Value != 17) return;
            reached.SetResult();
            await release.Task;
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await reached.Task.WaitAsync(Token);
        var stopping = engine.StopAsync();
        release.SetResult();
        await stopping;

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Pending, 18), (job.State, job.Streams[0].Done));
        Assert.Equal(Enumerable.Range(0, 18), seen);
        Assert.Equal(0L, Assert.Single(job.Interruptions).Items);
    }

    [Fact]
    public async Task What_outlasts_the_drain_is_aborted()
    {
        var started = new TaskCompletionSource();
        await using var engine = await StartAsync(async (_, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token); // deaf to Stopping
        }, tidemark => tidemark.Options.DrainTimeout = TimeSpan.FromMilliseconds(50));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);
        await engine.StopAsync();

        Assert.Equal((JobState.Pending, 0), ((await engine.Jobs.FindAsync(id, Token))!.State, (await engine.Jobs.FindAsync(id, Token))!.Attempt));
    }

    static Task<EngineHost> StartAsync(Func<JobContext, CancellationToken, Task> handler, Action<TidemarkBuilder>? configure = null, TimeSpan? limit = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(20);
        tidemark.Options.AbortGrace = TimeSpan.FromMinutes(1); // nobody is given up for the machine's slowness
        var load = tidemark.AddJob(Load).HandledBy((int _, JobContext job, CancellationToken token) => handler(job, token)).Stream("items").Retry(RetryPolicy.None);
        if (limit is { } time) load.TimeLimit(time);
        configure?.Invoke(tidemark);
    });
}
