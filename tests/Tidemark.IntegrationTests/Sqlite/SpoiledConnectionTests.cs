using System.Data.Common;
using Dapper;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

/// <summary>Effects that do with the writer's connection what cannot be undone on it: they fail, and nobody else.</summary>
public sealed class SpoiledConnectionTests : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly StoreFolder folder = new();
    SqliteJobStore? store;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (store is not null) await store.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Effects_that_close_the_connection_fail_alone_and_their_neighbours_are_written_once()
    {
        var jobs = await TakeAsync(3);
        var (runs, closing) = (0, jobs[1].Outcome(JobEvent.Succeed));
        closing = closing with
        {
            Effects = async (transaction, _) =>
            {
                runs++;
                await using var connection = transaction.Connection!;
                await WriteAsync(transaction, 1);
            },
        };
        Assert.Equal([SettleVerdict.Settled, SettleVerdict.EffectsFailed, SettleVerdict.Settled],
            await store!.SettleAsync([Writing(jobs[0], 0), closing, Writing(jobs[2], 2)]).AsTask().WaitAsync(Patience, Ending));
        Assert.Contains("leave it open", Assert.IsType<InvalidOperationException>(closing.EffectsError).Message);
        Assert.Equal(1, runs);
        Assert.Equal([0, 2], Written());

        Assert.Equal(SettleVerdict.Settled, await jobs[1].SettleAsync(Writing(jobs[1], 1)));
        Assert.Equal([0, 1, 2], Written());
    }

    [Fact]
    public async Task A_checkpoint_whose_effects_close_the_connection_fails_and_the_next_one_is_saved()
    {
        var job = Assert.Single(await TakeAsync(1));
        var closing = new Writes((scope, _) =>
        {
            scope.Transaction.Connection!.Dispose();
            return Given.Rows;
        });
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => job.CheckpointAsync(1, closing).WaitAsync(Patience, Ending));
        Assert.Contains("leave it open", failed.Message);
        Assert.Equal(1, closing.Runs);

        Assert.Equal(SaveVerdict.Saved, (await job.CheckpointAsync(1, new Writes((scope, _) =>
        {
            scope.Transaction.Connection!.Execute("INSERT INTO effects VALUES (1)", transaction: scope.Transaction);
            return Given.Rows;
        }))).Verdict);
        Assert.Equal([1], Written());
    }

    [Fact]
    public async Task Effects_that_overrun_their_time_write_nothing_into_what_their_neighbours_commit()
    {
        var jobs = await TakeAsync(2, limit: TimeSpan.FromSeconds(2)); // far more than the neighbour needs
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tried = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = jobs[0].Outcome(JobEvent.Succeed) with
        {
            Effects = async (transaction, _) =>
            {
                await released.Task;
                tried.SetResult(await Record.ExceptionAsync(async () => await WriteAsync(transaction, 0)));
            },
        };
        var quick = jobs[1].Outcome(JobEvent.Succeed) with
        {
            Effects = async (transaction, _) =>
            {
                released.TrySetResult();
                await tried.Task; // while this one's transaction is open
                await WriteAsync(transaction, 1);
            },
        };
        Assert.Equal([SettleVerdict.EffectsFailed, SettleVerdict.Settled], await store!.SettleAsync([slow, quick]).AsTask().WaitAsync(Patience, Ending));
        Assert.IsType<TimeoutException>(slow.EffectsError);
        Assert.NotNull(await tried.Task);
        Assert.Equal([1], Written());

        Assert.Equal(SettleVerdict.Settled, await jobs[0].SettleAsync(Writing(jobs[0], 0)));
        Assert.Equal([0, 1], Written());
    }

    // What fails then fails for want of time: halved on and on, every item of the list would be set aside.
    [Fact]
    public async Task A_list_is_not_tried_in_halves_once_its_time_is_over()
    {
        using var file = folder.Open();
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        Assert.True(await writer.RunAsync(new WriteDelegate<bool>(transaction =>
        {
            using var scope = new EffectScope(transaction, TimeSpan.FromMilliseconds(20));
            scope.Save();
            scope.TimeLimit.WaitHandle.WaitOne();
            Assert.Throws<TimeoutException>(scope.RollBackToSave);
            scope.ReleaseSave();
            return true;
        }), Ending));
    }

    async Task<Held[]> TakeAsync(int count, TimeSpan? limit = null)
    {
        var options = folder.Options;
        options.UserTransactionTimeLimit = limit ?? options.UserTransactionTimeLimit;
        var opened = new SqliteJobStore(options, TimeProvider.System);
        store = opened;
        await opened.OpenAsync();
        await using (var transaction = await opened.Transactions.BeginAsync(Ending))
        {
            await transaction.Connection.ExecuteAsync("CREATE TABLE effects (value INTEGER NOT NULL)", transaction: transaction.Transaction);
            await transaction.CommitAsync();
        }

        await opened.EnqueueAsync([.. Enumerable.Repeat(Given.Job, count)], null);
        var worker = await opened.RegisterAsync(Given.Worker);
        var claimed = await opened.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, count)], SuspectAllowed = false });
        Assert.Equal(count, claimed.Jobs.Length);
        return [.. claimed.Jobs.Select(job => new Held(opened, worker, job, slot: 0))];
    }

    static Settlement Writing(Held job, int value) => job.Outcome(JobEvent.Succeed) with { Effects = (transaction, _) => WriteAsync(transaction, value) };

    static async ValueTask WriteAsync(DbTransaction transaction, int value) =>
        await transaction.Connection!.ExecuteAsync("INSERT INTO effects VALUES (@value)", new { value }, transaction);

    int[] Written()
    {
        using var connection = folder.OpenAsStranger();
        return [.. connection.Query<int>("SELECT value FROM effects ORDER BY value")];
    }
}
