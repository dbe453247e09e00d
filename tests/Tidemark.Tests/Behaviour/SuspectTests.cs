using System.Collections.Concurrent;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Jobs that were running when their process died.</summary>
public sealed class SuspectTests
{
    static readonly JobKey<int> Long = new("long");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_crash_the_next_suspect_starts_as_soon_as_the_one_before_has_made_progress()
    {
        var started = new ConcurrentQueue<JobId>();
        await using var store = new InMemoryJobStore(TimeProvider.System);
        await using var first = await StartAsync(store);
        await first.Jobs.EnqueueManyAsync(Long, [1, 2, 3], cancellationToken: Token);
        await UntilStartedAsync(3);
        var dead = Assert.Single(await store.ListWorkersAsync()).Id;

        await using var second = await StartAsync(store.Connect());
        store.LosePresence(dead);
        // None of them ends, and the first process joins again beside the second: two would run at most if one suspect kept the others waiting.
        await UntilStartedAsync(6);

        Assert.All((await store.ListJobsAsync(new())).Jobs, job => Assert.Equal((0, JobState.Running), (job.Crashes, job.State)));

        Task<EngineHost> StartAsync(InMemoryJobStore its) => EngineHost.StartAsync(tidemark => tidemark.AddJob(Long).HandledBy(async (int _, JobContext job) =>
        {
            started.Enqueue(job.Id);
            var cursor = job.Cursor<int>("at");
            await cursor.SaveAsync(await cursor.LoadAsync(0) + 1);
            await Task.Delay(Timeout.Infinite, job.Stopping);
        }), store: its);

        async Task UntilStartedAsync(int times)
        {
            while (started.Count < times) await Task.Delay(10, Token);
        }
    }
}
