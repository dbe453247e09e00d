using System.Collections.Concurrent;
using Xunit;

namespace Tidemark.Tests.Running;

public sealed class EngineTests
{
    static readonly JobKey<int> Count = new("count");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_runs_and_its_result_reaches_who_waits()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Count).HandledBy((int n) => Task.FromResult(n * 2)));
        var (id, created) = await engine.Jobs.EnqueueAsync(Count, 21, cancellationToken: Token);
        var result = await engine.Jobs.WaitAsync(id, Token);
        Assert.True(created);
        Assert.Equal(JobState.Succeeded, result.State);
        Assert.Equal(42, result.Result<int>());
    }

    [Fact]
    public async Task A_stream_runs_every_item_once_and_a_drain_in_the_middle_costs_nothing()
    {
        var seen = new ConcurrentBag<int>();
        var halfway = new TaskCompletionSource();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Count)
            .HandledBy(async (int n, JobContext job) => await job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
            {
                seen.Add(item.Value);
                return Task.CompletedTask;
            }))
            .Stream("items", s => { s.ResumeCost = ResumeCost.AtMost(7); s.Concurrency = 3; }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Count, 1_000, cancellationToken: Token);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        Assert.Equal(Enumerable.Range(0, 1_000), seen.Order());
        var status = await engine.Jobs.FindAsync(id, Token);
        Assert.Equal(1_000, status!.Streams[0].Done);
    }

    [Fact]
    public async Task Ten_thousand_jobs_all_run_once()
    {
        var seen = new ConcurrentDictionary<int, int>();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Count).HandledBy((int n) => { seen.AddOrUpdate(n, 1, (_, c) => c + 1); }));
        Assert.Equal(10_000, await engine.Jobs.EnqueueManyAsync(Count, Enumerable.Range(0, 10_000), cancellationToken: Token));
        while (seen.Count < 10_000) await Task.Delay(10, Token);
        Assert.All(seen.Values, times => Assert.Equal(1, times));
    }
}
