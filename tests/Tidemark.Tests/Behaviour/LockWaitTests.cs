using Microsoft.Extensions.DependencyInjection;
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
}
