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

    [Fact]
    public async Task A_step_that_had_no_result_and_has_one_now_fails_the_job_naming_it()
    {
        var ran = 0;
        var job = await RunAsync(async job =>
        {
            if (job.Attempt == 1) await job.StepAsync("open", (_, _) => Task.CompletedTask);
            else await job.StepAsync("open", (_, _) => Task.FromResult($"snapshot {++ran}"));
            throw new TimeoutException("the next release is deployed");
        });

        Assert.Equal((JobState.Failed, 2, 0), (job.State, job.Attempt, ran));
        Assert.Contains("step 'open'", job.Reason, StringComparison.Ordinal);
        Assert.Contains("was done without a result", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_had_a_result_and_has_none_now_is_known_to_be_done()
    {
        var ran = 0;
        var job = await RunAsync(async job =>
        {
            if (job.Attempt == 1) await job.StepAsync("open", (_, _) => Task.FromResult<string?>(null));
            else await job.StepAsync("open", (_, _) => Task.FromResult(++ran) as Task);
            if (job.Attempt == 1) throw new TimeoutException("the next release is deployed");
        });

        Assert.Equal((JobState.Succeeded, 2, 0), (job.State, job.Attempt, ran));
    }

    [Fact]
    public async Task A_step_that_is_run_anew_after_its_time_has_a_key_of_its_own_the_same_on_every_try()
    {
        var keys = new ConcurrentQueue<string>();
        var job = await RunAsync(async job =>
        {
            await job.StepAsync("open", (step, _) =>
            {
                keys.Enqueue(step.IdempotencyKey);
                return keys.Count is 1 or 4 ? Task.CompletedTask : throw new TimeoutException("not yet");
            }, new() { ValidFor = TimeSpan.FromMilliseconds(1) });
            if (job.Attempt == 1) throw new TimeoutException("not yet");
        }, new() { MaxRetries = 5, BaseDelay = TimeSpan.FromMilliseconds(10), Jitter = Jitter.None });

        Assert.Equal((JobState.Succeeded, 4), (job.State, job.Attempt));
        var told = keys.ToArray();
        Assert.Equal($"{job.Id}/open", told[0]);
        Assert.StartsWith($"{job.Id}/open@", told[1], StringComparison.Ordinal);
        Assert.Equal([told[1], told[1]], told[2..]);
    }

    [Theory]
    [InlineData("rows/1", "The step name 'rows/1' has a '/' at position 4")]
    [InlineData("", "The step name is empty")]
    public async Task A_step_name_that_would_make_keys_ambiguous_or_is_none_fails_the_job_at_once(string name, string says)
    {
        var ran = 0;
        var job = await RunAsync(job => job.StepAsync(name, (_, _) => Task.FromResult(++ran)));

        Assert.Equal((JobState.Failed, 1, 0), (job.State, job.Attempt, ran));
        Assert.Contains(says, job.Reason, StringComparison.Ordinal);
    }

    static async Task<JobStatus> RunAsync(Func<JobContext, Task> handler, RetryPolicy? retry = null)
    {
        await using var engine = await EngineHost.StartAsync(tidemark =>
            tidemark.AddJob(Publish).HandledBy((string _, JobContext job) => handler(job)).Retry(retry ?? AtOnce));
        return await engine.RunAsync(Publish, "");
    }
}
