using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

public sealed class RetryTests
{
    static readonly JobKey<int> Load = new("load");
    static readonly RetryPolicy TwiceAtOnce = new() { MaxRetries = 2, BaseDelay = TimeSpan.Zero };
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Jitter.None, 1, 0.5, 2_000)]
    [InlineData(Jitter.None, 3, 0.5, 8_000)]
    [InlineData(Jitter.None, 9, 0.5, 60_000)]
    [InlineData(Jitter.Additive, 1, 0.5, 3_000)]
    [InlineData(Jitter.Additive, 9, 0.5, 61_000)]
    [InlineData(Jitter.Additive, 1, 0, 2_000)]
    [InlineData(Jitter.Full, 3, 0.25, 2_000)]
    [InlineData(Jitter.Full, 9, 0, 0)]
    [InlineData(Jitter.Full, 1_000, 0.5, 30_000)]
    public void A_backoff_doubles_to_its_ceiling_and_is_spread_as_its_jitter_says(Jitter jitter, int failure, double random, double milliseconds)
    {
        var policy = new RetryPolicy { BaseDelay = TimeSpan.FromSeconds(2), Ceiling = TimeSpan.FromMinutes(1), Jitter = jitter };
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), policy.DelayAfter(failure, random));
    }

    [Fact]
    public async Task A_job_that_keeps_failing_fails_after_its_retries_with_its_last_error()
    {
        var tries = 0;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(void (int _) => throw new TimeoutException($"try {++tries}", new IOException("reset"))).Retry(TwiceAtOnce));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Failed, 3, 3, "try 3"), (job.State, job.Attempt, tries, job.Reason));
        Assert.StartsWith("TimeoutException: try 3\n  caused by IOException: reset", job.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_job_keeps_its_checkpoints_and_its_retry_resumes()
    {
        var mended = false;
        var seen = new ConcurrentQueue<string>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(async (int n, JobContext job) =>
            {
                await job.StepAsync("open", (_, _) => Note("open"));
                await job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
                    !mended && item.Value == 4 ? throw new JobFaultException("the schema has changed") : Note($"{item.Value}"));
            })
            .Retry(TwiceAtOnce).Stream("items"));
        var job = await engine.RunAsync(Load, 6);

        Assert.Equal((JobState.Failed, 1, 4), (job.State, job.Attempt, job.Streams[0].Done));
        mended = true;
        Assert.Equal(ControlResult.Done, await engine.Jobs.RetryAsync(job.Id, Token));
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(job.Id, Token)).State);
        Assert.Equal(["open", "0", "1", "2", "3", "4", "5"], seen);

        Task Note(string what)
        {
            seen.Enqueue(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task The_retry_of_a_failed_job_has_its_failures_anew()
    {
        var tries = 0;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(void (int _) => throw new TimeoutException($"try {++tries}")).Retry(TwiceAtOnce));
        var job = await engine.RunAsync(Load, 1);
        await engine.Jobs.RetryAsync(job.Id, Token);
        await engine.Jobs.WaitAsync(job.Id, Token);

        Assert.Equal((6, "try 6"), (tries, (await engine.Jobs.FindAsync(job.Id, Token))!.Reason));
    }

    [Fact]
    public async Task The_first_rule_that_answers_decides_about_an_exception()
    {
        var tries = new ConcurrentQueue<int>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
            {
                tries.Enqueue(item.Value);
                if (item.Attempt == 3) return Task.CompletedTask;
                throw item.Value switch
                {
                    0 => new FileNotFoundException("gone"),
                    1 => new IOException("busy"),
                    _ => new InvalidDataException("spoilt"),
                };
            }))
            .OnException<FileNotFoundException>(_ => FaultDecision.Quarantine)
            .OnException<IOException>(error => error.Message == "busy" ? FaultDecision.Retry() : FaultDecision.Fail)
            .OnException<Exception>(_ => FaultDecision.Fail)
            .Retry(RetryPolicy.None)
            .Stream("items", options => (options.Retry, options.Breaker) = (TwiceAtOnce, null)));
        var job = await engine.RunAsync(Load, 3);

        Assert.Equal([0, 1, 1, 1, 2], tries); // quarantined at once, tried in vain twice, failed at once
        Assert.Equal((JobState.Failed, 1, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Contains("spoilt", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_fails_the_job_leaves_no_retry_whatever_the_budget()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(void (int _) => throw new NotSupportedException("no such carrier")).Retry(TwiceAtOnce).OnException<NotSupportedException>(_ => FaultDecision.Fail));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
    }

    [Fact]
    public async Task The_other_sides_retry_after_is_when_the_job_is_due_again()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy(void (int _) => throw new TimeoutException("busy")).OnException<TimeoutException>(_ => FaultDecision.Retry(TimeSpan.FromHours(3))));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, status => status is { State: JobState.Pending, Attempt: 1, DueAt: not null, Error: not null });

        Assert.InRange(job.DueAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromHours(2.9), TimeSpan.FromHours(3));
    }

    [Fact]
    public async Task A_failed_job_that_is_discarded_is_cancelled_and_cannot_be_retried()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(void (int _) => throw new TimeoutException("busy")).Retry(RetryPolicy.None));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal(ControlResult.Done, await engine.Jobs.DiscardAsync(job.Id, Token));
        Assert.Equal(JobState.Cancelled, (await engine.Jobs.FindAsync(job.Id, Token))!.State);
        Assert.Equal(ControlResult.Refused, await engine.Jobs.RetryAsync(job.Id, Token));
        Assert.Equal(ControlResult.NotFound, await engine.Jobs.RetryAsync(new(4_711), cancellationToken: Token));
    }
}
