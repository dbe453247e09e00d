using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Locking;
using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Running;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Locks as a process has them: several hosts on one store.</summary>
public sealed class LockTests : IAsyncLifetime
{
    static readonly JobKey<int> Load = new("load");
    readonly InMemoryJobStore store = new(TimeProvider.System);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.OpenAsync();

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Of_many_who_want_it_one_at_a_time_has_it_and_its_token_is_the_greatest_so_far()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var (holders, most, tokens) = (0, 0, new ConcurrentQueue<long>());
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            await using var held = await LocksOf(i % 2 == 0 ? first : second).AcquireAsync("invoices", cancellationToken: Token);
            most = Math.Max(most, Interlocked.Increment(ref holders));
            tokens.Enqueue(held.Token);
            await Task.Yield();
            Interlocked.Decrement(ref holders);
        }));
        Assert.Equal(1, most);
        Assert.Equal(tokens.Order(), tokens);
        Assert.Equal(40, tokens.Distinct().Count());
        Assert.Empty(await ListAsync(first));
    }

    [Fact]
    public async Task A_semaphore_has_as_many_holders_as_places_and_no_more()
    {
        await using var host = await StartAsync();
        var options = new LockOptions { Places = 2 };
        var one = await LocksOf(host).AcquireAsync("gateway", options, Token);
        await using var two = await LocksOf(host).AcquireAsync("gateway", options, Token);
        Assert.Null(await LocksOf(host).TryAcquireAsync("gateway", options, Token));
        var third = LocksOf(host).AcquireAsync("gateway", options, Token);
        await one.DisposeAsync();
        await using var held = await third;
        Assert.True(held.IsHeld && two.IsHeld && !one.IsHeld);
    }

    [Fact]
    public async Task A_wait_that_has_become_too_long_leaves_the_line()
    {
        await using var host = await StartAsync();
        await using var held = await LocksOf(host).AcquireAsync("invoices", cancellationToken: Token);
        var late = await Assert.ThrowsAsync<TimeoutException>(() => LocksOf(host).AcquireAsync("invoices", new() { Wait = TimeSpan.FromMilliseconds(30) }, Token));
        Assert.Contains("'invoices' could not be had within 30 ms", late.Message, StringComparison.Ordinal);
        Assert.Null(await LocksOf(host).TryAcquireAsync("invoices", new() { Wait = TimeSpan.FromMilliseconds(30) }, Token));
        using var leave = new CancellationTokenSource();
        var waiting = LocksOf(host).AcquireAsync("invoices", cancellationToken: leave.Token);
        await UntilAsync(host, lines => lines.Length == 2);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await UntilAsync(host, lines => lines.Length == 1);
    }

    [Fact]
    public async Task The_holder_is_told_when_an_operator_breaks_it_and_the_next_gets_it()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await using var held = await LocksOf(first).AcquireAsync("invoices", new() { Owner = "job 12" }, Token);
        var next = LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        var shown = (await UntilAsync(first, lines => lines.Length == 2))[0];
        Assert.Equal(("invoices", held.Token, "job 12"), (shown.Name, shown.Token, shown.Owner));

        Assert.True(await LocksOf(second).BreakAsync(held.Token, "ada", Token));
        await LossOf(held);
        await using var now = await next;
        Assert.True(now.Token > held.Token);
        Assert.Equal((false, true), (held.IsHeld, now.IsHeld));
        Assert.Contains("'invoices' with token", await first.Log.UntilAsync("is lost: somebody broke it"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_holder_whose_worker_was_declared_dead_is_told_and_one_who_waited_waits_on()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await using var held = await LocksOf(first).AcquireAsync("invoices", cancellationToken: Token);
        await using var other = await LocksOf(second).AcquireAsync("reports", cancellationToken: Token);
        var waiting = LocksOf(first).AcquireAsync("reports", cancellationToken: Token);
        await UntilAsync(first, lines => lines.Length == 3);

        store.LosePresence(new(1)); // the worker of the first host
        await LossOf(held);
        await using var now = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        Assert.True(now.Token > held.Token);
        await other.DisposeAsync();
        await using var got = await waiting; // it has joined again, and asked again
        Assert.True(got.IsHeld);
    }

    [Fact]
    public async Task What_the_store_did_and_could_not_tell_is_given_back()
    {
        var faulty = new Untold(store);
        await using var first = await StartAsync(faulty);
        await using var second = await StartAsync();
        faulty.Armed = true;
        await Assert.ThrowsAsync<StoreException>(() => LocksOf(first).AcquireAsync("invoices", cancellationToken: Token));
        await using (var held = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token)) Assert.True(held.IsHeld);

        var own = await LocksOf(first).AcquireAsync("invoices", cancellationToken: Token);
        faulty.Armed = true;
        await own.DisposeAsync();
        await using (var held = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token)) Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task A_lock_of_a_worker_that_stops_is_lost_and_nobody_gets_one_any_more()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        await using var held = await LocksOf(first).AcquireAsync("invoices", cancellationToken: Token);
        var waiting = LocksOf(first).AcquireAsync("invoices", cancellationToken: Token);
        await UntilAsync(first, lines => lines.Length == 2);
        await first.StopAsync();
        Assert.True(held.Lost.IsCancellationRequested && !held.IsHeld);
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        await Assert.ThrowsAsync<InvalidOperationException>(() => LocksOf(first).AcquireAsync("invoices", cancellationToken: Token));
        await using var next = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        Assert.True(next.Token > held.Token);
    }

    [Fact]
    public async Task A_worker_that_cannot_end_because_of_a_handler_lets_nobody_wait_for_a_lock_and_takes_none()
    {
        var (stuck, entered) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var second = await StartAsync();
        await using var first = await EngineHost.StartAsync(
            tidemark =>
            {
                tidemark.AddJob(Load).HandledBy((int _) =>
                {
                    entered.TrySetResult();
                    return stuck.Task;
                });
                tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(20);
                (tidemark.Options.DrainTimeout, tidemark.Options.AbortGrace) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
            },
            store: store.Connect());
        await first.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await entered.Task.WaitAsync(Token);
        var held = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        await using var own = await LocksOf(first).AcquireAsync("reports", cancellationToken: Token);
        var waiting = LocksOf(first).AcquireAsync("invoices", cancellationToken: Token);
        await UntilAsync(second, lines => lines.Length == 3);
        await first.StopAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        await Assert.ThrowsAsync<InvalidOperationException>(() => LocksOf(first).AcquireAsync("other", cancellationToken: Token));
        await held.DisposeAsync();
        await using var got = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        Assert.True(own.IsHeld);
        await LocksOf(second).BreakAsync(own.Token, cancellationToken: Token);
        await LossOf(own);
        stuck.SetResult();
    }

    [Fact]
    public async Task A_ticket_whose_commit_comes_through_late_is_given_back()
    {
        var late = new Late(store);
        await using var first = await StartAsync(late);
        await using var second = await StartAsync();
        late.Armed = true;
        await Assert.ThrowsAsync<StoreException>(() => LocksOf(first).AcquireAsync("invoices", cancellationToken: Token));
        await late.ReadAsync(Token); // the worker has looked, and found nothing
        await late.LandAsync();
        await using var got = await LocksOf(second).AcquireAsync("invoices", cancellationToken: Token);
        Assert.True(got.IsHeld);
    }

    [Fact]
    public async Task A_handler_uses_locks_as_everybody()
    {
        ITidemarkLocks? locks = null;
        await using var host = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy(async (int _, JobContext job, CancellationToken token) =>
        {
            await using var held = await locks!.AcquireAsync("invoices", new() { Owner = $"job {job.Id}" }, token);
            await job.StepAsync("write", (_, _) => Task.FromResult(held.Token));
        }));
        locks = LocksOf(host);
        Assert.Equal(JobState.Succeeded, (await host.RunAsync(Load, 1)).State);
        Assert.Empty(await ListAsync(host));
    }

    [Fact]
    public async Task Without_a_worker_the_call_says_what_to_do()
    {
        await using var client = await EngineHost.StartAsync(_ => { }, store: store.Connect());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => LocksOf(client).AcquireAsync("invoices", cancellationToken: Token));
        Assert.Contains("UseLocks()", error.Message, StringComparison.Ordinal);
        Assert.Empty(await ListAsync(client));
    }

    [Theory]
    [InlineData("", 1, 0, "The lock name is empty")]
    [InlineData("a b", 1, 0, "has the character ' ' at position 1")]
    [InlineData("a", 0, 0, "Places is 0. Use 1 to 10,000.")]
    [InlineData("a", 1, -1, "Wait is -00:00:01. Use 0 to 30 days, or null to wait without end.")]
    public async Task What_cannot_be_asked_is_refused_with_the_remedy(string name, int places, int wait, string told)
    {
        await using var host = await StartAsync();
        var error = await Assert.ThrowsAnyAsync<ArgumentException>(() => LocksOf(host).AcquireAsync(name, new() { Places = places, Wait = TimeSpan.FromSeconds(wait) }, Token));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    Task<EngineHost> StartAsync(IJobStore? its = null) => EngineHost.StartAsync(
        tidemark =>
        {
            tidemark.UseLocks();
            tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(20);
            tidemark.Options.RescueInterval = TimeSpan.FromMilliseconds(20);
        },
        store: its ?? store.Connect());

    static ITidemarkLocks LocksOf(EngineHost host) => host.Services.GetRequiredService<ITidemarkLocks>();

    static async Task<LockStatus[]> ListAsync(EngineHost host) => [.. await LocksOf(host).ListAsync(cancellationToken: Token).ToListAsync(Token)];

    static async Task<LockStatus[]> UntilAsync(EngineHost host, Func<LockStatus[], bool> wanted)
    {
        while (true)
        {
            if (await ListAsync(host) is var lines && wanted(lines)) return lines;
            await Task.Delay(5, Token);
        }
    }

    static async Task LossOf(TidemarkLock held)
    {
        var lost = new TaskCompletionSource();
        await using var told = held.Lost.Register(lost.SetResult);
        await lost.Task.WaitAsync(Token);
    }

    /// <summary>Refuses an asking once, and carries it out later.</summary>
    sealed class Late(InMemoryJobStore tables) : StoreDecorator(tables.Connect())
    {
        readonly SemaphoreSlim readings = new(0);
        Func<Task>? landing;

        public bool Armed { get; set; }

        public Task LandAsync() => landing!();

        public async Task ReadAsync(CancellationToken token)
        {
            while (readings.CurrentCount > 0) await readings.WaitAsync(token);
            await readings.WaitAsync(token);
            await readings.WaitAsync(token);
        }

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            if (operation == nameof(ILockStore.ReadTicketsAsync)) readings.Release();
            if (!Armed || operation != nameof(ILockStore.AskLockAsync)) return await call(asked);
            Armed = false;
            landing = async () => await call(asked);
            throw new StoreException("The connection broke after the commit was sent.", outcomeUnknown: true);
        }
    }

    /// <summary>Does what it is asked, once without saying so.</summary>
    sealed class Untold(InMemoryJobStore tables) : StoreDecorator(tables.Connect())
    {
        public bool Armed { get; set; }

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            var reply = await call(asked);
            if (!Armed || operation is not (nameof(ILockStore.AskLockAsync) or nameof(ILockStore.LetGoAsync))) return reply;
            Armed = false;
            throw new StoreException("The connection broke after the commit was sent.", outcomeUnknown: true);
        }
    }
}
