using System.Collections.Concurrent;
using System.Text.Json.Serialization;
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
        Assert.Equal(ControlResult.Asked, await engine.Jobs.ParkAsync(id, reason: "not now", cancellationToken: Token));
        parked.SetResult();
        Assert.Equal("not now", (await engine.UntilAsync(id, JobState.Parked)).Reason);
        Assert.Equal([0, 1, 2, 3], walked);
        await engine.Jobs.WakeAsync(id, Token);
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

    [Fact]
    public async Task Cursors_asked_for_by_one_name_are_one_cursor_and_every_save_of_it_is_durable()
    {
        int? resumed = null;
        var job = await RunAsync(async (_, job) =>
        {
            if (job.Attempt == 2)
            {
                resumed = await job.Cursor<int>("position").LoadAsync(0);
                return;
            }
            for (var at = 1; at <= 3; at++) await job.Cursor<int>("position").SaveAsync(at);
            throw new TimeoutException("cut off");
        });

        Assert.Equal((JobState.Succeeded, 3), (job.State, resumed));
    }

    [Fact]
    public async Task A_load_after_a_save_answers_what_was_saved()
    {
        var loaded = -1;
        var job = await RunAsync(async (_, job) =>
        {
            var cursor = job.Cursor<int>("position");
            await cursor.SaveAsync(5);
            loaded = await cursor.LoadAsync(0);
        });

        Assert.Equal((JobState.Succeeded, 5), (job.State, loaded));
    }

    [Fact]
    public async Task A_cursor_named_like_a_stream_fails_the_job_before_either_saves_over_the_other()
    {
        var job = await RunAsync((_, job) => job.Cursor<int>("rows").SaveAsync(77));

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.Contains("a cursor named 'rows', which is the name of one of its streams", job.Reason, StringComparison.Ordinal);
        Assert.Empty(job.Streams);
    }

    [Fact]
    public async Task A_save_while_another_of_the_same_cursor_is_under_way_fails_the_job()
    {
        var job = await RunAsync(async (_, job) =>
        {
            var other = Task.CompletedTask;
            await job.Cursor<Sly>("position").SaveAsync(new() { Written = () => other = job.Cursor<Sly>("position").SaveAsync(new()) });
            await other;
        });

        Assert.Equal((JobState.Failed, 1), (job.State, job.Streams[0].Done));
        Assert.Contains("Await each SaveAsync.", job.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, 3, 2)]
    [InlineData(1, 2, 2)]
    public async Task A_loop_that_goes_backwards_or_does_not_move_fails_the_job_with_the_position(params int[] positions)
    {
        var job = await RunAsync(async (_, job) =>
        {
            foreach (var at in positions) await job.Cursor<int>("position").SaveAsync(at);
        });

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.Contains("is saved at '2', one of its last 1,000 positions", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_position_may_be_saved_again_if_nothing_was_done()
    {
        var job = await RunAsync(async (_, job) =>
        {
            var cursor = job.Cursor<int>("position");
            await cursor.SaveAsync(1);
            await cursor.SaveAsync(1, itemsDone: 0);
            await cursor.SaveAsync(2);
        });

        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Streams[0].Done));
    }

    static async Task<JobStatus> RunAsync(Func<int, JobContext, Task> handler)
    {
        await using var engine = await EngineHost.StartAsync(tidemark =>
            tidemark.AddJob(Walk).HandledBy((int n, JobContext job) => handler(n, job)).Stream("rows").Retry(new() { MaxRetries = 3, BaseDelay = TimeSpan.Zero }));
        return await engine.RunAsync(Walk, 10);
    }

    /// <summary>Does something while it is written.</summary>
    sealed class Sly
    {
        [JsonIgnore]
        public Action? Written { get; init; }

        public int Page
        {
            get
            {
                Written?.Invoke();
                return 1;
            }
        }
    }
}
