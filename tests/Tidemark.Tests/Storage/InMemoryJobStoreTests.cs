using System.Data;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Storage.InMemory;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Storage;

/// <summary>What the model does beyond the contract.</summary>
public sealed class InMemoryJobStoreTests
{
    static async Task<InMemoryJobStore> OpenAsync(InMemoryJobStore? beside = null)
    {
        var store = beside?.Connect() ?? new InMemoryJobStore(new ManualClock());
        await store.OpenAsync();
        return store;
    }

    static async Task<Held> RunAsync(InMemoryJobStore store)
    {
        await store.EnqueueAsync([Given.Job], null);
        var worker = await store.RegisterAsync(Given.Worker);
        var claim = await store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false });
        return new(store, worker, claim.Jobs[0], store.PresenceOf(worker).Enter(claim.Jobs[0].Id, claim.Jobs[0].Fence));
    }

    [Fact]
    public async Task It_must_be_opened_first_and_not_be_used_after_its_end()
    {
        var store = new InMemoryJobStore(new ManualClock());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.GetStoreAsync());
        await store.OpenAsync();
        await store.GetStoreAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.GetStoreAsync());
    }

    [Fact]
    public async Task Every_call_has_completed_when_it_returns()
    {
        var store = await OpenAsync();
        Assert.True(store.EnqueueAsync([Given.Job], null).AsTask().IsCompleted);
        Assert.True(store.RegisterAsync(Given.Worker).AsTask().IsCompleted);
        Assert.True(store.RetireAsync(new(1)).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Stores_on_the_same_tables_see_one_database_and_are_all_told_of_work()
    {
        var first = await OpenAsync();
        var second = await OpenAsync(first);
        var closed = await OpenAsync(first);
        var told = new List<string>();
        first.WorkArrived = () => told.Add("first");
        second.WorkArrived = () => told.Add("second");
        closed.WorkArrived = () => told.Add("closed");
        await closed.DisposeAsync();
        var reply = await first.EnqueueAsync([Given.Job], null);
        Assert.Equal(["first", "second"], told);
        Assert.NotNull(await second.GetJobAsync(reply[0].Id));
        await second.EnqueueAsync([Given.Job with { DueAt = (await first.GetStoreAsync()).Now.AddSeconds(1) }], null);
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public async Task A_listener_may_call_the_store()
    {
        var store = await OpenAsync();
        var seen = 0;
        store.WorkArrived = () => seen = store.ListJobsAsync(new()).AsTask().GetAwaiter().GetResult().Jobs.Length;
        await store.EnqueueAsync([Given.Job], null);
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task A_hint_for_work_inside_effects_comes_after_their_commit()
    {
        var store = await OpenAsync();
        var held = await RunAsync(store);
        var told = new List<string>();
        store.WorkArrived = () => told.Add("hint");
        await held.CheckpointAsync(1, new Writes((scope, _) =>
        {
            Assert.True(store.EnqueueAsync([Given.Job], scope.Transaction).AsTask().IsCompletedSuccessfully);
            told.Add("effects");
            return Given.Rows;
        }));
        Assert.Equal(["effects", "hint"], told);
    }

    [Fact]
    public async Task What_takes_part_in_effects_is_done_at_the_commit_and_undone_by_a_rollback_in_reverse()
    {
        var store = await OpenAsync();
        var held = await RunAsync(store);
        var log = new List<string>();
        await held.CheckpointAsync(1, new Writes((scope, _) =>
        {
            var transaction = (MemoryTransaction)scope.Transaction;
            Assert.Equal((null, IsolationLevel.Serializable), (transaction.Connection, transaction.IsolationLevel));
            transaction.Enlist(() => log.Add("commit a"), () => log.Add("undo a"));
            scope.Save();
            transaction.Enlist(() => log.Add("commit b"), () => log.Add("undo b"));
            transaction.Enlist(() => log.Add("commit c"), () => log.Add("undo c"));
            scope.RollBackToSave();
            scope.ReleaseSave();
            log.Add("returned");
            return Given.Rows;
        }));
        Assert.Equal(["undo c", "undo b", "returned", "commit a"], log);
    }

    [Fact]
    public async Task The_lent_transaction_is_the_stores_to_end_and_of_no_use_afterwards()
    {
        var store = await OpenAsync();
        var held = await RunAsync(store);
        MemoryTransaction? kept = null;
        await held.CheckpointAsync(1, new Writes((scope, _) =>
        {
            kept = (MemoryTransaction)scope.Transaction;
            Assert.Throws<InvalidOperationException>(kept.Commit);
            Assert.Throws<InvalidOperationException>(kept.Rollback);
            return Given.Rows;
        }));
        Assert.Throws<InvalidOperationException>(() => kept!.Enlist(null, null));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.EnqueueAsync([Given.Job], kept));
    }

    [Fact]
    public async Task Effects_that_wait_are_refused_because_they_would_hold_the_lock()
    {
        var store = await OpenAsync();
        var held = await RunAsync(store);
        var never = new TaskCompletionSource<CheckpointRows>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => held.CheckpointAsync(1, new Waits(never.Task)));
        Assert.Empty((await store.RecallAsync(held.Id, null)).Streams);
        var settlement = held.Outcome(JobEvent.Succeed) with { Effects = (_, _) => new(never.Task) };
        Assert.Equal(Settling.SettleVerdict.EffectsFailed, await held.SettleAsync(settlement));
        Assert.IsType<InvalidOperationException>(settlement.EffectsError);
    }

    [Fact]
    public async Task There_is_no_presence_of_an_unknown_worker()
    {
        var store = await OpenAsync();
        Assert.Throws<InvalidOperationException>(() => store.PresenceOf(new(4_711)));
    }

    sealed class Waits(Task<CheckpointRows> rows) : IEffects
    {
        public ValueTask<CheckpointRows> RunAsync(IEffectScope scope) => new(rows);
    }
}
