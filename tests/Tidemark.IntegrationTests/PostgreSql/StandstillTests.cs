using Npgsql;
using Tidemark.Controlling;
using Tidemark.Running;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>A process that stands still in the middle of a transaction: its locks are in others' way for a while that has an end.</summary>
public sealed class StandstillTests : IAsyncLifetime
{
    PlainStore? plain;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task What_a_process_that_stands_still_has_locked_is_free_again_although_its_connection_lives()
    {
        var store = await plain!.ConnectWithAsync(new() { UserTransactionTimeLimit = TimeSpan.FromMilliseconds(500) }); // for nothing but the one call that stands still
        var worker = await plain.Store.RegisterAsync(Given.Worker);
        await plain.Store.EnqueueAsync([Given.Job], null);
        var job = (await plain.Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs.Single();
        using var effects = new StandingStill();
        var saving = store.CheckpointAsync(new() { Lease = job.Lease, Stream = Given.Stream, Number = 1, Rows = null, Effects = effects }).AsTask();
        await effects.Begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        var asking = plain.Store.ControlAsync(new() { Job = job.Id, Action = ControlAction.Cancel, By = "a test", Reason = null, Until = null }).AsTask();
        Assert.Equal(ControlVerdict.Asked, (await asking.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).Verdict);
        effects.GoOn.Set();
        await Assert.ThrowsAsync<StoreException>(() => saving);
        Assert.Equal(0, await plain.AskAsync<long>($"SELECT count(*) FROM {plain.Schema}.stream"));
    }

    sealed class StandingStill : IEffects, IDisposable
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim GoOn { get; } = new();

        // The store's thread itself is held: no limit of this process is of any use then.
        public async ValueTask<CheckpointRows> RunAsync(IEffectScope scope)
        {
            await using var read = new NpgsqlCommand("SELECT 1", (NpgsqlConnection)scope.Transaction.Connection!);
            Begun.SetResult();
            GoOn.Wait();
            await read.ExecuteScalarAsync(scope.TimeLimit);
            return Given.Rows;
        }

        public void Dispose() => GoOn.Dispose();
    }
}
