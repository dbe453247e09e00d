using System.Collections.Concurrent;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>What is set aside can be taken up again or given up, item by item.</summary>
public sealed class QuarantineTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_item_is_replayed_by_its_id_and_one_dropped_and_the_others_stay_as_they_are()
    {
        var again = new ConcurrentQueue<int>();
        await using var engine = await StartAsync(item => again.Enqueue(item.Value));
        var job = await engine.RunAsync(Load, 6);
        var items = await engine.Jobs.QuarantinedAsync(job.Id, Token).ToListAsync(Token);
        Assert.Equal(["0", "1", "2", "3", "4", "5"], items.Select(item => item.Key));

        var visit = Assert.Single(await engine.Jobs.ReplayQuarantinedAsync(job.Id, [items[3].Id], Token));
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(visit, Token)).State);
        Assert.Equal([3], again);
        Assert.Equal(1, await engine.Jobs.DropQuarantinedAsync([items[1].Id, items[3].Id], Token)); // the other has gone already

        Assert.Equal(["0", "2", "4", "5"], await engine.Jobs.QuarantinedAsync(job.Id, Token).Select(item => item.Key).ToListAsync(Token));
        Assert.Empty(await engine.Jobs.ReplayQuarantinedAsync(job.Id, [items[1].Id, items[3].Id], Token));
    }

    [Fact]
    public async Task A_cancelled_call_changes_nothing_and_too_many_items_are_refused()
    {
        await using var engine = await StartAsync(_ => { });
        var job = await engine.RunAsync(Load, 2);
        var items = await engine.Jobs.QuarantinedAsync(job.Id, Token).Select(item => item.Id).ToListAsync(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Jobs.DropQuarantinedAsync(items, new(canceled: true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.Jobs.ReplayQuarantinedAsync(job.Id, items, new(canceled: true)));
        await Assert.ThrowsAsync<ArgumentException>("items", () => engine.Jobs.DropQuarantinedAsync(new long[1_001], Token));
        Assert.Equal(2, await engine.Jobs.QuarantinedAsync(job.Id, Token).CountAsync(Token));
    }

    // Everything is set aside by the job itself, and done by a replay.
    static Task<EngineHost> StartAsync(Action<StreamItem<int>> replayed) => EngineHost.StartAsync(tidemark =>
    {
        var jobs = new ConcurrentDictionary<JobId, bool>();
        tidemark.AddJob(Load).Stream("items", options => options.Breaker = null).HandledBy((int n, JobContext job) =>
        {
            var isFirst = jobs.IsEmpty ? jobs.TryAdd(job.Id, true) : jobs.ContainsKey(job.Id);
            return job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
            {
                if (isFirst) throw new QuarantineItemException("bad");
                replayed(item);
                return Task.CompletedTask;
            });
        });
    });
}
