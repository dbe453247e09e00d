using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

public sealed class StepTests
{
    static readonly JobKey<string> Publish = new("publish");
    static readonly RetryPolicy AtOnce = new() { MaxRetries = 5, BaseDelay = TimeSpan.Zero };

    [Fact]
    public async Task A_step_that_is_done_is_answered_by_its_memo_on_the_next_attempt()
    {
        var opened = new ConcurrentQueue<string>();
        var told = new ConcurrentQueue<string>();
        var job = await RunAsync(async job =>
        {
            told.Enqueue(await job.StepAsync("open", (step, _) =>
            {
                opened.Enqueue(step.IdempotencyKey);
                return Task.FromResult($"snapshot {opened.Count}");
            }));
            if (job.Attempt < 3) throw new TimeoutException("not yet");
        });

        Assert.Equal((JobState.Succeeded, 3), (job.State, job.Attempt));
        Assert.Equal([$"{job.Id}/open"], opened);
        Assert.Equal(["snapshot 1", "snapshot 1", "snapshot 1"], told);
    }

    [Fact]
    public async Task A_step_that_failed_is_tried_again_under_the_same_idempotency_key()
    {
        var keys = new ConcurrentQueue<string>();
        var job = await RunAsync(job => job.StepAsync("open", (step, _) =>
        {
            keys.Enqueue(step.IdempotencyKey);
            return keys.Count < 3 ? throw new TimeoutException("not yet") : Task.CompletedTask;
        }));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal([$"{job.Id}/open", $"{job.Id}/open", $"{job.Id}/open"], keys);
    }

    [Fact]
    public async Task A_memo_whose_time_is_over_is_made_anew()
    {
        var opened = 0;
        var job = await RunAsync(async job =>
        {
            var snapshot = await job.StepAsync("open", (_, _) => Task.FromResult(++opened), new() { ValidFor = TimeSpan.FromMilliseconds(1) });
            Assert.Equal(opened, snapshot);
            if (job.Attempt < 3) throw new TimeoutException("not yet");
        }, new() { MaxRetries = 5, BaseDelay = TimeSpan.FromMilliseconds(10), Jitter = Jitter.None });

        Assert.Equal((JobState.Succeeded, 3), (job.State, opened));
    }

    [Fact]
    public async Task A_memo_that_cannot_be_decoded_fails_the_job_naming_the_step_and_never_runs_it_again()
    {
        var ran = 0;
        var job = await RunAsync(async job =>
        {
            // What a new release does to the type of an old step.
            if (job.Attempt == 1) await job.StepAsync("open", (_, _) => Task.FromResult($"snapshot {++ran}"));
            else await job.StepAsync("open", (_, _) => Task.FromResult(++ran));
            throw new TimeoutException("not yet");
        });

        Assert.Equal((JobState.Failed, 2, 1), (job.State, job.Attempt, ran));
        Assert.Contains("step 'open'", job.Reason, StringComparison.Ordinal);
        Assert.Contains("Int32", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_steps_of_one_name_fail_the_job_at_once()
    {
        var ran = 0;
        var job = await RunAsync(async job =>
        {
            await job.StepAsync("open", (_, _) => Task.FromResult(++ran));
            await job.StepAsync("open", (_, _) => Task.FromResult(++ran));
        });

        Assert.Equal((JobState.Failed, 1, 1), (job.State, job.Attempt, ran));
        Assert.Contains("two steps named 'open'", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_step_runs_and_a_removed_one_is_ignored_between_two_attempts()
    {
        var ran = new ConcurrentQueue<string>();
        var job = await RunAsync(async job =>
        {
            foreach (var name in job.Attempt == 1 ? ["old", "both"] : (string[])["new", "both"]) await job.StepAsync(name, (_, _) => Note(name));
            if (job.Attempt == 1) throw new TimeoutException("the next release is deployed");
        });

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(["old", "both", "new"], ran);

        Task Note(string name)
        {
            ran.Enqueue(name);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_result_that_is_too_large_fails_the_job_with_size_limit_and_remedy()
    {
        var job = await RunAsync(job => job.StepAsync("open", (_, _) => Task.FromResult(new string('x', 300_000))));

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.Contains("step 'open'", job.Reason, StringComparison.Ordinal);
        Assert.Contains("300,002 bytes", job.Reason, StringComparison.Ordinal);
        Assert.Contains("TidemarkOptions.MaxPayloadBytes", job.Reason, StringComparison.Ordinal);
    }

    static async Task<JobStatus> RunAsync(Func<JobContext, Task> handler, RetryPolicy? retry = null)
    {
        await using var engine = await EngineHost.StartAsync(tidemark =>
            tidemark.AddJob(Publish).HandledBy((string _, JobContext job) => handler(job)).Retry(retry ?? AtOnce));
        return await engine.RunAsync(Publish, "");
    }
}
