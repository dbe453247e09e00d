using System.Collections.Concurrent;
using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>How an attempt ended reaches the store: by the same rules, with its own cause, and whatever befalls its neighbours.</summary>
public sealed class OutcomeTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_outcome_that_cannot_be_written_fails_its_own_job_and_costs_no_neighbour_its_own()
    {
        var go = new TaskCompletionSource();
        var ready = new CountdownEvent(20);
        var sizes = new ConcurrentQueue<int>();
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.Slots = 20;
            tidemark.AddJob(Load).HandledBy(async (int n, JobContext job) =>
            {
                ready.Signal();
                await go.Task;
                job.SetResult(n);
            });
        }, store: new InterceptedStore((method, argument) =>
        {
            if (method != nameof(IJobStore.SettleAsync) || argument is not IReadOnlyList<Settlement> batch) return null;
            sizes.Enqueue(batch.Count);
            return batch.Any(settlement => settlement.Result is [(byte)'7']) ? throw new OverflowException("no such number") : null;
        }));
        var ids = new List<JobId>();
        for (var n = 0; n < 20; n++) ids.Add((await engine.Jobs.EnqueueAsync(Load, n, cancellationToken: Token)).Id);
        ready.Wait(Token);
        go.SetResult();
        var results = await Task.WhenAll(ids.Select(id => engine.Jobs.WaitAsync(id, Token)));

        Assert.All(results.Where((_, n) => n != 7), result => Assert.Equal(JobState.Succeeded, result.State));
        Assert.Equal(JobState.Failed, results[7].State);
        Assert.Contains("no such number", results[7].Error, StringComparison.Ordinal);
        Assert.Contains(sizes, size => size > 1); // there were neighbours
    }

    [Fact]
    public void A_due_time_past_the_end_of_all_time_is_kept_as_the_last_instant_there_is()
    {
        var settlement = new Settlement
        {
            Job = null!, Lease = default, Event = Lifecycle.JobEvent.Retry, Next = JobState.Pending, DueAfter = TimeSpan.MaxValue, Attempt = 1, Failures = 1, Crashes = 0, StartedAt = default,
        };
        Assert.Equal(9999, StoreLaw.DueOf(settlement, DateTimeOffset.UtcNow)!.Value.Year);
    }

    [Fact]
    public async Task Writes_on_success_that_park_the_job_park_it()
    {
        var closed = true;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job) => job.CommitOnSuccess((_, _) => closed ? throw Park.UntilWoken("quota") : Task.CompletedTask)));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, status => status.Error is not null || status.State is not (JobState.Pending or JobState.Running));

        Assert.Equal((JobState.Parked, "quota", 0), (job.State, job.Reason, job.Attempt));
        Assert.Equal(("Park", 0L), Assert.Single(job.Interruptions) is var line ? (line.Cause, line.Items) : default);
        closed = false;
        await engine.Jobs.WakeAsync(id, Token);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
    }

    [Fact]
    public async Task Writes_on_success_that_fail_go_by_the_jobs_rules()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int _, JobContext job) => job.CommitOnSuccess((_, _) => throw new FormatException("bad")))
            .OnException<FormatException>(_ => FaultDecision.Fail));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var job = await engine.UntilAsync(id, status => status.Error is not null || status.State is not (JobState.Pending or JobState.Running));

        Assert.Equal((JobState.Failed, "bad"), (job.State, job.Reason));
    }

    [Fact]
    public async Task A_job_that_parks_itself_while_the_worker_drains_is_told_as_parked_in_the_ledger()
    {
        var ready = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(async (int _, JobContext job) =>
        {
            ready.SetResult();
            await Task.Delay(Timeout.Infinite, job.Stopping).ContinueWith(_ => { }, Token);
            throw Park.UntilWoken("quota");
        }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await ready.Task.WaitAsync(Token);
        await engine.StopAsync();

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Parked, "Park"), (job.State, Assert.Single(job.Interruptions).Cause));
    }
}
