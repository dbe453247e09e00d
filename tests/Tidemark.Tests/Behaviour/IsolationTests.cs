using System.Collections.Concurrent;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Items that were in flight when their process died go one at a time, and no longer than that is needed.</summary>
public sealed class IsolationTests : IAsyncDisposable
{
    const int Lanes = 4;
    const int Count = 40;
    static readonly JobKey<int> Sync = new("sync");
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly InMemoryJobStore store = new(TimeProvider.System);
    readonly ConcurrentQueue<EngineHost> hosts = [];
    readonly TaskCompletionSource never = new();
    JobId id;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        never.TrySetCanceled(CancellationToken.None);
        foreach (var host in hosts.Reverse()) await host.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Once_a_stream_is_through_no_item_is_said_to_be_in_flight()
    {
        PresenceKeys? atEnd = null;
        var host = await StartAsync(store, (_, _) => Task.Delay(1, Token), after: job => atEnd = KeysInFlight(job));
        await host.Jobs.WaitAsync((await host.Jobs.EnqueueAsync(Sync, 0, cancellationToken: Token)).Id, Token);
        Assert.Equal([], atEnd!.Keys);
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_the_isolation_leaves_the_next_attempt_only_the_suspects_that_are_not_through()
    {
        await CrashAsync();
        var stopped = new TaskCompletionSource();
        var second = await StartAsync(store.Connect(), async (item, stopping) =>
        {
            if (item != 1) return;
            stopped.TrySetResult();
            await UntilAsync(stopping);
        });
        await stopped.Task.WaitAsync(Patience, Token);
        await second.StopAsync();
        Assert.Equal(["2", "3"], Assert.Single((await store.RecallAsync(id, null)).Streams).Suspects.Select(item => item.Key));

        var most = 0;
        var running = 0;
        var third = await StartAsync(store.Connect(), async (_, _) =>
        {
            Max(ref most, Interlocked.Increment(ref running));
            await Task.Delay(5, Token);
            Interlocked.Decrement(ref running);
        });
        await third.Jobs.WaitAsync(id, Token);
        Assert.Equal(Lanes, most);
    }

    [Fact]
    public async Task A_stream_that_holds_no_item_to_account_goes_on_as_wide_as_before()
    {
        await CrashAsync();
        using var together = new CountdownEvent(Lanes);
        var second = await StartAsync(store.Connect(), async (_, _) =>
        {
            if (!together.IsSet) together.Signal();
            while (!together.IsSet) await Task.Delay(1, Token);
        }, quarantineAfterCrashes: 0);
        await second.Jobs.WaitAsync(id, Token).WaitAsync(Patience, Token);
    }

    // The first process dies with the first items in flight.
    async Task CrashAsync()
    {
        var started = new CountdownEvent(Lanes);
        var first = await StartAsync(store, (_, _) =>
        {
            started.Signal();
            return never.Task;
        });
        id = (await first.Jobs.EnqueueAsync(Sync, 0, cancellationToken: Token)).Id;
        await Task.Run(() => started.Wait(Patience, Token), Token);
        store.LosePresence(Assert.Single(await store.ListWorkersAsync()).Id);
    }

    async Task<EngineHost> StartAsync(InMemoryJobStore its, Func<int, CancellationToken, Task> handler, Action<JobContext>? after = null, int quarantineAfterCrashes = 3)
    {
        var host = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.AbortGrace = TimeSpan.FromMilliseconds(10);
            tidemark.Options.Slots = 1; // the first process lives on and joins again: with its slot full of what never returns it takes the job from nobody
            tidemark.AddJob(Sync)
                .HandledBy(async (int _, JobContext job) =>
                {
                    var stream = job.Stream("items", Items.Of(Enumerable.Range(0, Count).ToArray(), key: (int item) => $"{item}"));
                    await stream.ForEachAsync((item, _) => handler(item.Value, job.Stopping));
                    after?.Invoke(job);
                })
                .Stream("items", stream => (stream.Concurrency, stream.ResumeCost, stream.QuarantineAfterCrashes) = (Lanes, ResumeCost.AtMost(10), quarantineAfterCrashes));
        }, store: its);
        hosts.Enqueue(host);
        return host;
    }

    PresenceKeys KeysInFlight(JobContext job)
    {
        var presence = (MemoryPresence)store.PresenceOf(store.ListWorkersAsync().AsTask().GetAwaiter().GetResult().Single().Id);
        return new(Enumerable.Range(1, 10).Select(fence => presence.Read(job.Id, fence)).Single(trace => trace is not null)!.Keys);
    }

    static async Task UntilAsync(CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(ended.SetResult);
        await ended.Task;
    }

    static void Max(ref int most, int now)
    {
        for (var seen = most; now > seen;) seen = Interlocked.CompareExchange(ref most, now, seen);
    }

    sealed record PresenceKeys(string[] Keys);
}
