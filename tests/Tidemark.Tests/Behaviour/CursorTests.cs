using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Jobs that own their loop.</summary>
public sealed class CursorTests
{
    static readonly JobKey<int> Walk = new("walk");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_loop_goes_on_after_the_position_that_it_saved_last()
    {
        var walked = new ConcurrentQueue<int>();
        var job = await RunAsync(async (n, job) =>
        {
            var cursor = job.Cursor<int>("position");
            for (var at = await cursor.LoadAsync(0); at < n; at++)
            {
                walked.Enqueue(at);
                await cursor.SaveAsync(at + 1);
                if (at == 3 && job.Attempt == 1) throw new TimeoutException("cut off");
            }
        });

        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Attempt));
        Assert.Equal(Enumerable.Range(0, 10), walked);
        Assert.Equal(("position", 10), (job.Streams[0].Name, job.Streams[0].Done));
    }

    [Fact]
    public async Task A_save_tells_a_loop_to_leave_and_nothing_is_walked_twice()
    {
        var walked = new ConcurrentQueue<int>();
        var reached = new TaskCompletionSource();
        var parked = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Walk).HandledBy(async (int n, JobContext job) =>
        {
            var cursor = job.Cursor<int>("position");
            for (var at = await cursor.LoadAsync(0); at < n; at++)
            {
                walked.Enqueue(at);
                if (at == 3)
                {
                    reached.TrySetResult();
                    await parked.Task;
                }
                await cursor.SaveAsync(at + 1);
            }
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Walk, 10, cancellationToken: Token);
        await reached.Task.WaitAsync(Token);
        Assert.Equal(ControlResult.Asked, await engine.Jobs.ParkAsync(id, reason: "not now"));
        parked.SetResult();
        Assert.Equal("not now", (await engine.UntilAsync(id, JobState.Parked)).Reason);
        Assert.Equal([0, 1, 2, 3], walked);
        await engine.Jobs.WakeAsync(id);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal(Enumerable.Range(0, 10), walked);
    }

    [Fact]
    public async Task A_position_that_is_too_large_fails_the_job_with_size_limit_and_remedy()
    {
        var job = await RunAsync((_, job) => job.Cursor<string>("position").SaveAsync(new('x', 20_000)));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("The cursor 'position'", job.Reason, StringComparison.Ordinal);
        Assert.Contains("20,002 bytes", job.Reason, StringComparison.Ordinal);
        Assert.Contains("TidemarkOptions.MaxCursorBytes", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_position_that_cannot_be_decoded_fails_the_job_naming_the_cursor()
    {
        var job = await RunAsync(async (_, job) =>
        {
            if (job.Attempt == 1) await job.Cursor<string>("position").SaveAsync("page two");
            else await job.Cursor<int>("position").LoadAsync(0);
            throw new TimeoutException("again");
        });

        Assert.Equal((JobState.Failed, 2), (job.State, job.Attempt));
        Assert.Contains("The cursor 'position' of job", job.Reason, StringComparison.Ordinal);
    }

    static async Task<JobStatus> RunAsync(Func<int, JobContext, Task> handler)
    {
        await using var engine = await EngineHost.StartAsync(tidemark =>
            tidemark.AddJob(Walk).HandledBy((int n, JobContext job) => handler(n, job)).Retry(new() { MaxRetries = 3, BaseDelay = TimeSpan.Zero }));
        return await engine.RunAsync(Walk, 10);
    }
}
