using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

public sealed class ParkTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_parks_its_job_until_an_instant_and_no_attempt_is_burnt()
    {
        var until = DateTimeOffset.UtcNow.AddHours(2);
        var attempts = new ConcurrentQueue<int>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _, JobContext job) =>
        {
            attempts.Enqueue(job.Attempt);
            if (attempts.Count == 1) throw Park.Until(until, "the daily quota is used up");
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var parked = await engine.UntilAsync(id, JobState.Parked);

        Assert.Equal((0, "the daily quota is used up", until.ToUnixTimeMilliseconds()), (parked.Attempt, parked.Reason, parked.DueAt!.Value.ToUnixTimeMilliseconds()));
        Assert.Null(parked.Error);
        await engine.Jobs.WakeAsync(id, Token);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal([1, 1], attempts);
        Assert.Equal(("Park", 0L, true), Assert.Single((await engine.Jobs.FindAsync(id, Token))!.Interruptions) is var line ? (line.Cause, line.Items, line.Exact) : default);
    }

    [Fact]
    public async Task A_parked_job_wakes_by_itself_when_its_instant_comes()
    {
        var tries = 0;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _) =>
        {
            if (++tries == 1) throw Park.Until(DateTimeOffset.UtcNow.AddMilliseconds(50), "in a moment");
        }));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Succeeded, 2, 1), (job.State, tries, job.Attempt));
    }

    [Fact]
    public async Task A_job_parked_until_woken_has_no_due_time_and_holds_no_slot()
    {
        var tries = 0;
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.Slots = 1;
            tidemark.AddJob(Load).HandledBy((int _) =>
            {
                if (++tries == 1) throw Park.UntilWoken("waits for the contract");
            });
            tidemark.AddJob(new JobKey<string>("other")).HandledBy((string _) => { });
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var parked = await engine.UntilAsync(id, JobState.Parked);

        Assert.Null(parked.DueAt);
        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(new JobKey<string>("other"), "")).State); // the only slot is free
        await engine.Jobs.WakeAsync(id, Token);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task A_policy_parks_for_an_exception_of_an_item_with_the_checkpoint_first_and_nothing_redone()
    {
        var closed = true;
        var seen = new ConcurrentQueue<int>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
            {
                if (closed && item.Value == 5) throw new UnauthorizedAccessException("token expired");
                seen.Enqueue(item.Value);
                return Task.CompletedTask;
            }))
            .OnException<UnauthorizedAccessException>(error => FaultDecision.ParkUntil(null, $"needs a new token: {error.Message}"))
            .Stream("items"));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 9, cancellationToken: Token);
        var parked = await engine.UntilAsync(id, JobState.Parked);

        Assert.Equal((5, 0, "needs a new token: token expired", 0), (parked.Streams[0].Done, parked.Streams[0].Quarantined, parked.Reason, parked.Attempt));
        Assert.StartsWith("UnauthorizedAccessException: token expired", parked.Error, StringComparison.Ordinal);
        closed = false;
        await engine.Jobs.WakeAsync(id, Token);
        await engine.Jobs.WaitAsync(id, Token);
        Assert.Equal(Enumerable.Range(0, 9), seen);
    }

    [Fact]
    public async Task An_operator_parks_a_job_that_waits_and_one_that_runs()
    {
        var started = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(20);
            tidemark.AddJob(Load).HandledBy(async (int _, JobContext job) =>
            {
                started.TrySetResult();
                await Task.Delay(Timeout.Infinite, job.Stopping);
            });
        });
        var (later, _) = await engine.Jobs.EnqueueAsync(Load, 1, new() { DueAt = DateTimeOffset.UtcNow.AddDays(1) }, Token);
        var (running, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);

        Assert.Equal(ControlResult.Done, await engine.Jobs.ParkAsync(later, reason: "not this week", cancellationToken: Token));
        Assert.Equal(ControlResult.Asked, await engine.Jobs.ParkAsync(running, reason: "not this week", cancellationToken: Token));
        Assert.Equal(("not this week", 0), (await engine.UntilAsync(running, JobState.Parked)) is var parked ? (parked.Reason, parked.Attempt) : default);
        Assert.Equal(JobState.Parked, (await engine.Jobs.FindAsync(later, Token))!.State);
    }

    [Fact]
    public async Task An_operators_reason_is_a_line_and_is_cut_and_a_cancelled_call_changes_nothing()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _, JobContext _) => Task.CompletedTask));
        var (later, _) = await engine.Jobs.EnqueueAsync(Load, 1, new() { DueAt = DateTimeOffset.UtcNow.AddDays(1) }, Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Jobs.ParkAsync(later, cancellationToken: new(canceled: true)));
        Assert.Equal(JobState.Pending, (await engine.Jobs.FindAsync(later, Token))!.State);
        await engine.Jobs.ParkAsync(later, reason: new('x', 100_000), cancellationToken: Token);
        Assert.InRange((await engine.Jobs.FindAsync(later, Token))!.Reason!.Length, 900, 1_100);
    }
}
