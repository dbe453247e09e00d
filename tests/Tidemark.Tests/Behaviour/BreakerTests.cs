using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>The fault is not the items': the stream stops, parks, and tries one at a time.</summary>
public sealed class BreakerTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly RetryPolicy OnceMore = new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero };

    readonly ConcurrentQueue<int> tried = new();
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_that_fail_alike_park_the_job_with_the_diagnosis_and_none_of_them_stays_in_quarantine()
    {
        await using var engine = await StartAsync(item => item >= 4 ? throw new TimeoutException($"carrier 10.0.0.{item} does not answer") : Task.CompletedTask);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 20, cancellationToken: Token);
        var job = await engine.UntilAsync(id, JobState.Parked);

        Assert.Equal((4, 0), (job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Contains("3 of the last 6 items failed alike", job.Reason, StringComparison.Ordinal);
        Assert.Contains("TimeoutException: carrier #.#.#.# does not answer", job.Reason, StringComparison.Ordinal);
        Assert.NotNull(job.DueAt);
        Assert.Empty(await engine.Jobs.QuarantinedAsync(id, Token).ToListAsync(Token));
        Assert.Equal(0, job.Attempt); // the park gave its start back
        Assert.Equal(0, Assert.Single(job.Interruptions).Items);
    }

    [Fact]
    public async Task One_canary_that_succeeds_closes_it_and_every_item_is_done_once()
    {
        var down = true;
        var done = new ConcurrentQueue<int>();
        await using var engine = await StartAsync(item =>
        {
            if (down && item >= 4) throw new TimeoutException("the carrier does not answer");
            done.Enqueue(item);
            return Task.CompletedTask;
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 20, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked);
        down = false;
        await engine.Jobs.WakeAsync(id, Token);

        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal(Enumerable.Range(0, 20), done.Order());
        Assert.Equal((20, 0), ((await engine.Jobs.FindAsync(id, Token))!.Streams[0].Done, (await engine.Jobs.FindAsync(id, Token))!.Streams[0].Quarantined));
    }

    [Fact]
    public async Task While_it_stands_open_each_wake_tries_one_item_and_each_time_another()
    {
        await using var engine = await StartAsync(item => item >= 4 ? throw new TimeoutException("the carrier does not answer") : Task.CompletedTask);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 20, cancellationToken: Token);
        var before = await engine.UntilAsync(id, JobState.Parked);
        var canaries = new List<int>();
        var dues = new List<DateTimeOffset?> { before.DueAt };
        for (var wake = 1; wake <= 3; wake++)
        {
            tried.Clear();
            await engine.Jobs.WakeAsync(id, Token);
            var parked = await engine.UntilAsync(id, job => job.State == JobState.Parked && job.Reason!.Contains($"single try {wake} of", StringComparison.Ordinal));
            canaries.Add(Assert.Single(tried));
            dues.Add(parked.DueAt);
        }

        Assert.Equal(3, canaries.Distinct().Count());
        Assert.Equal(dues.Order(), dues);
    }

    [Fact]
    public async Task Enough_failed_canaries_fail_the_job_and_its_retry_begins_anew_with_them()
    {
        var down = true;
        await using var engine = await StartAsync(item => down && item >= 4 ? throw new TimeoutException("the carrier does not answer") : Task.CompletedTask, breaker => breaker.MaxCanaries = 2);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 20, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked);
        await engine.Jobs.WakeAsync(id, Token);
        await engine.UntilAsync(id, job => job.State == JobState.Parked && job.Reason!.Contains("single try 1 of 2", StringComparison.Ordinal));
        await engine.Jobs.WakeAsync(id, Token);
        var failed = await engine.UntilAsync(id, JobState.Failed);
        Assert.Contains("2 single tries since have failed too", failed.Reason, StringComparison.Ordinal);

        down = false;
        await engine.Jobs.RetryAsync(id, Token);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal(20, (await engine.Jobs.FindAsync(id, Token))!.Streams[0].Done);
    }

    [Fact]
    public async Task Items_that_fail_each_in_its_own_way_are_quarantined_and_the_stream_goes_on()
    {
        Exception[] kinds = [new TimeoutException("slow"), new InvalidOperationException("bad"), new FormatException("odd"), new ArithmeticException("no"), new IOException("gone")];
        await using var engine = await StartAsync(item => item is >= 4 and < 9 ? throw kinds[item - 4] : Task.CompletedTask);
        var job = await engine.RunAsync(Load, 20);

        Assert.Equal((JobState.Succeeded, 15, 5), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
    }

    Task<EngineHost> StartAsync(Func<int, Task> handle, Action<BreakerOptions>? configure = null) => EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
        .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
        {
            tried.Enqueue(item.Value);
            return handle(item.Value);
        }))
        .Stream("items", options =>
        {
            options.Retry = OnceMore;
            options.Breaker = new() { Failures = 3, Window = 6, Pause = TimeSpan.FromMinutes(1), PauseCeiling = TimeSpan.FromHours(1) };
            configure?.Invoke(options.Breaker);
        }));
}
