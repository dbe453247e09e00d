using Microsoft.Extensions.DependencyInjection;
using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>The bound of a wait holds for the store too.</summary>
public sealed class LockWaitTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_that_does_not_answer_is_not_waited_for_and_what_it_brings_too_late_is_given_back()
    {
        await using var store = new InMemoryJobStore(TimeProvider.System);
        await store.OpenAsync();
        var slow = new Slow(store);
        await using var first = await EngineHost.StartAsync(tidemark => tidemark.UseLocks(), store: slow);
        await using var second = await EngineHost.StartAsync(tidemark => tidemark.UseLocks(), store: store.Connect());
        Assert.Null(await LocksOf(first).TryAcquireAsync("invoices", new() { Wait = TimeSpan.FromMilliseconds(30) }, Token));
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(30));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LocksOf(first).AcquireAsync("invoices", cancellationToken: leave.Token));
        slow.Answer();
        await using var got = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        Assert.True(got.IsHeld);
        // What came too late stands in line for a moment, behind the holder, until it is given back.
        while (await LocksOf(second).ListAsync(cancellationToken: Token).CountAsync(Token) > 1) await Task.Delay(5, Token);
        Assert.True(got.IsHeld);
    }

    [Fact]
    public async Task A_drain_that_is_cut_short_without_an_attempt_loses_what_is_held_before_its_worker_goes()
    {
        await using var store = new InMemoryJobStore(TimeProvider.System);
        await store.OpenAsync();
        var stuck = new Stuck(store);
        var host = await EngineHost.StartAsync(
            tidemark =>
            {
                tidemark.UseLocks();
                tidemark.AddJob(new JobKey<int>("load")).HandledBy((int _) => Task.CompletedTask);
                (tidemark.Options.DrainTimeout, tidemark.Options.AbortGrace) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
            },
            store: stuck);
        await stuck.Claiming.WaitAsync(Token);
        var held = await LocksOf(host).AcquireAsync("invoices", cancellationToken: Token);
        stuck.OnRetiring = () => stuck.HeldAtTheEnd = held.IsHeld;
        await host.StopAsync().WaitAsync(Token);
        Assert.False(stuck.HeldAtTheEnd);
        stuck.Answer();
        await host.DisposeAsync();
    }

    static ITidemarkLocks LocksOf(EngineHost host) => host.Services.GetRequiredService<ITidemarkLocks>();

    sealed class Slow(InMemoryJobStore tables) : StoreDecorator(tables.Connect())
    {
        readonly TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answer() => answer.SetResult();

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            if (operation == nameof(ILockStore.AskLockAsync)) await answer.Task;
            return await call(asked);
        }
    }

    /// <summary>Does not answer a claim.</summary>
    sealed class Stuck(InMemoryJobStore tables) : StoreDecorator(tables.Connect())
    {
        readonly TaskCompletionSource claiming = new(TaskCreationOptions.RunContinuationsAsynchronously);
        readonly TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Claiming => claiming.Task;

        public Action? OnRetiring { get; set; }

        public bool? HeldAtTheEnd { get; set; }

        public void Answer() => answer.SetResult();

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            if (operation == nameof(ILeaseStore.RetireAsync)) OnRetiring?.Invoke();
            if (operation == nameof(ILeaseStore.ClaimAsync) && claiming.TrySetResult()) await answer.Task;
            return await call(asked);
        }
    }
}
