using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Limits that were asked for, of an item, a step, a whole attempt.</summary>
public sealed class LimitTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    static readonly RetryPolicy Twice = new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero };

    [Fact]
    public async Task An_item_over_its_limit_is_cancelled_tried_again_and_quarantined_and_the_others_are_done()
    {
        var tries = new ConcurrentQueue<int>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync(async (item, token) =>
            {
                if (item.Value != 2) return;
                tries.Enqueue(item.Attempt);
                await Task.Delay(Timeout.Infinite, token);
            }))
            .Stream("items", options => (options.ItemTimeLimit, options.Retry) = (Short, Twice)));
        var job = await engine.RunAsync(Load, 5);

        Assert.Equal((JobState.Succeeded, 4, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal([1, 2], tries);
        Assert.Equal("2", job.Streams[0].LastFailure!.Key);
        Assert.Contains("took longer than its limit", job.Streams[0].LastFailure!.Error, StringComparison.Ordinal);
        Assert.Contains("StreamOptions.ItemTimeLimit", job.Streams[0].LastFailure!.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_over_the_limit_is_taken_apart_until_the_slow_item_stands_alone()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}"))
                .ForEachBatchAsync(4, (batch, token) => batch.Any(item => item.Value == 2) ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask))
            .Stream("items", options => (options.ItemTimeLimit, options.Retry) = (Short, RetryPolicy.None)));
        var job = await engine.RunAsync(Load, 8);

        Assert.Equal((7, 1), (job.Streams[0].Done, job.Streams[0].Quarantined));
    }

    [Fact]
    public async Task An_item_that_hangs_is_no_progress_although_another_one_waits_for_its_hour()
    {
        var hangs = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.AbortGrace = Short;
            tidemark.AddJob(Load)
                .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync(async (item, token) =>
                {
                    if (item.Value == 0) await hangs.Task.WaitAsync(token); // until the other one has been told to wait
                    else throw new TimeoutException("quota");
                    await Task.Delay(Timeout.Infinite, token);
                }))
                .OnException<TimeoutException>(_ =>
                {
                    hangs.TrySetResult();
                    return FaultDecision.Retry(TimeSpan.FromHours(1));
                })
                .NoProgressLimit(TimeSpan.FromSeconds(1)).Retry(RetryPolicy.None)
                .Stream("items", options => options.Concurrency = 2);
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 2, cancellationToken: TestContext.Current.CancellationToken);
        var job = await engine.UntilAsync(id, JobState.Failed).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Contains("No progress", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_that_ignores_its_cancellation_is_reported_and_its_end_is_waited_for()
    {
        var release = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.AbortGrace = Short;
            tidemark.AddJob(Load)
                .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((_, _) => release.Task))
                .Stream("items", options => options.ItemTimeLimit = Short);
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: TestContext.Current.CancellationToken);

        var line = await engine.Log.UntilAsync("ignores its cancellation");
        Assert.StartsWith("Error: Item '0' of stream 'items'", line, StringComparison.Ordinal);
        release.SetResult();
        Assert.Equal(1, (await engine.UntilAsync(id, JobState.Succeeded)).Streams[0].Done); // late, but done is done
    }

    [Fact]
    public async Task A_step_over_its_limit_fails_the_attempt_with_the_setting_that_mends_it()
    {
        var job = await RunAsync(job => job.StepAsync("publish", (_, token) => Task.Delay(Timeout.Infinite, token), new() { TimeLimit = Short }));

        Assert.Equal((JobState.Failed, 2), (job.State, job.Attempt));
        Assert.Contains("Step 'publish' took longer than its limit of 00:00:00.02", job.Reason, StringComparison.Ordinal);
        Assert.Contains("StepOptions.TimeLimit", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_shows_no_progress_is_cancelled()
    {
        var job = await RunAsync(job => job.StepAsync("publish", (_, token) => Task.Delay(Timeout.Infinite, token), new() { NoProgressLimit = Short }));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("Step 'publish' showed no progress for 00:00:00.02", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_reports_progress_outlasts_its_no_progress_limit()
    {
        var limit = TimeSpan.FromSeconds(1);
        var job = await RunAsync(job => job.StepAsync("publish", async (_, token) =>
        {
            for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < 2 * limit;)
            {
                await Task.Delay(1, token);
                job.ReportProgress();
            }
        }, new() { NoProgressLimit = limit }));

        Assert.Equal((JobState.Succeeded, 1), (job.State, job.Attempt));
    }

    [Fact]
    public async Task A_step_with_a_limit_out_of_range_fails_the_job_naming_step_and_value()
    {
        var job = await RunAsync(job => job.StepAsync("publish", (_, _) => Task.CompletedTask, new() { TimeLimit = TimeSpan.Zero }));

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.Equal("Step 'publish': TimeLimit is 00:00:00. Use more than 0, at most 30 days, or null for no limit.", job.Reason);
    }

    [Fact]
    public async Task An_attempt_over_the_jobs_limit_is_cancelled_as_a_failure_and_the_ledger_tells()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, CancellationToken token) => Task.Delay(Timeout.Infinite, token)).Retry(RetryPolicy.None).TimeLimit(Short));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("longer than the job's limit of 00:00:00.02", job.Reason, StringComparison.Ordinal);
        Assert.Equal("TimedOut", Assert.Single(job.Interruptions).Cause);
    }

    [Fact]
    public async Task An_attempt_without_progress_is_cancelled_but_a_backoff_is_no_silence()
    {
        var tries = 0;
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.AddJob(Load)
                .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}"))
                    .ForEachAsync((_, token) => ++tries < 3 ? throw new TimeoutException("busy") : Task.CompletedTask))
                .Stream("items", options => options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromSeconds(4), Jitter = Jitter.None, Ceiling = TimeSpan.FromSeconds(4) })
                .NoProgressLimit(TimeSpan.FromSeconds(2)); // so long a busy machine may take to go on after a backoff
            tidemark.AddJob(new JobKey<string>("silent"))
                .HandledBy((string _, CancellationToken token) => Task.Delay(Timeout.Infinite, token)).Retry(RetryPolicy.None).NoProgressLimit(TimeSpan.FromMilliseconds(100));
        });
        var waits = await engine.RunAsync(Load, 1);
        var silent = await engine.RunAsync(new JobKey<string>("silent"), "");

        Assert.Equal((JobState.Succeeded, 1, 3), (waits.State, waits.Attempt, tries)); // two backoffs, each longer than the limit and the watch's interval
        Assert.Equal(JobState.Failed, silent.State);
        Assert.StartsWith("No progress for", silent.Reason, StringComparison.Ordinal);
    }

    static async Task<JobStatus> RunAsync(Func<JobContext, Task> handler)
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _, JobContext job) => handler(job)).Retry(Twice));
        return await engine.RunAsync(Load, 1);
    }
}
