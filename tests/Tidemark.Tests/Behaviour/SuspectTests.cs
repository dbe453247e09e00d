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
        var started = new ConcurrentQueue<(string Process, JobId Job)>();
        await using var store = new InMemoryJobStore(TimeProvider.System);
        await using var first = await StartAsync("first", store);
        await first.Jobs.EnqueueManyAsync(Long, [1, 2, 3], cancellationToken: Token);
        await UntilStartedAsync("first");
        var dead = Assert.Single(await store.ListWorkersAsync()).Id;

        await using var second = await StartAsync("second", store.Connect());
        store.LosePresence(dead);
        await UntilStartedAsync("second"); // none of them ends: they would never all run if one suspect kept the others waiting

        Assert.All((await store.ListJobsAsync(new())).Jobs, job => Assert.Equal((0, JobState.Running), (job.Crashes, job.State)));

        Task<EngineHost> StartAsync(string process, InMemoryJobStore its) => EngineHost.StartAsync(tidemark => tidemark.AddJob(Long).HandledBy(async (int _, JobContext job) =>
        {
            started.Enqueue((process, job.Id));
            var cursor = job.Cursor<int>("at");
            await cursor.SaveAsync(await cursor.LoadAsync(0) + 1);
            await Task.Delay(Timeout.Infinite, job.Stopping);
        }), store: its);

        async Task UntilStartedAsync(string process)
        {
            while (started.Count(one => one.Process == process) < 3) await Task.Delay(10, Token);
        }
    }
}
