using System.Data.Common;
using Dapper;
using Npgsql;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Effects that do with the store's connection what cannot be undone on it: they fail, and nobody else.</summary>
public sealed class SpoiledConnectionTests : IAsyncLifetime
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    PlainStore? plain;
    PostgreSqlJobStore? store;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        plain = await PlainStore.CreateAsync();
        await plain.RunAsync($"CREATE TABLE {plain.Schema}.effects (value integer NOT NULL, at timestamptz)");
    }

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

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
        Assert.Equal([SettleVerdict.Settled, SettleVerdict.EffectsFailed, SettleVerdict.Settled], await SettleAsync(Writing(jobs[0], 0), closing, Writing(jobs[2], 2)));
        Assert.Contains("leave it open", Assert.IsType<InvalidOperationException>(closing.EffectsError).Message);
        Assert.Equal(1, runs);
        Assert.Equal((int[])[0, 2], await WrittenAsync());

        Assert.Equal([SettleVerdict.Settled], await SettleAsync(Writing(jobs[1], 1)));
        Assert.Equal((int[])[0, 1, 2], await WrittenAsync());
    }

    // The driver gives the connection up in the middle of the message.
    [Fact]
    public async Task Effects_with_a_value_that_the_driver_cannot_send_fail_alone()
    {
        var jobs = await TakeAsync(2);
        var (runs, bad) = (0, jobs[0].Outcome(JobEvent.Succeed));
        bad = bad with
        {
            Effects = async (transaction, _) =>
            {
                runs++;
                await transaction.Connection!.ExecuteAsync($"INSERT INTO {plain!.Schema}.effects VALUES (0, @at)", new { at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(5)) }, transaction);
            },
        };
        Assert.Equal([SettleVerdict.EffectsFailed, SettleVerdict.Settled], await SettleAsync(bad, Writing(jobs[1], 1)));
        Assert.Contains("Offset", bad.EffectsError!.GetBaseException().Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, runs);
        Assert.Equal((int[])[1], await WrittenAsync());
    }

    [Fact]
    public async Task Effects_whose_connection_is_lost_on_the_way_have_not_failed()
    {
        var job = Assert.Single(await TakeAsync(1));
        var losing = job.Outcome(JobEvent.Succeed) with
        {
            Effects = async (transaction, _) => await transaction.Connection!.ExecuteAsync("SELECT pg_terminate_backend(pg_backend_pid())", transaction: transaction),
        };
        await Assert.ThrowsAsync<StoreException>(() => SettleAsync(losing));
        Assert.Null(losing.EffectsError);
        Assert.Equal([SettleVerdict.Settled], await SettleAsync(Writing(job, 1)));
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
            scope.Transaction.Connection!.Execute($"INSERT INTO {plain!.Schema}.effects VALUES (1)", transaction: scope.Transaction);
            return Given.Rows;
        }))).Verdict);
        Assert.Equal((int[])[1], await WrittenAsync());
    }

    // The driver keeps one transaction object for each of its connections: what the late ones hold must not come alive in what their neighbours commit.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Effects_that_overrun_their_time_write_nothing_into_what_their_neighbours_commit(bool inTheMiddleOfACommand)
    {
        var jobs = await TakeAsync(2, limit: TimeSpan.FromSeconds(8)); // far more than the neighbour needs, even if the machine stands still for a while
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tried = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = jobs[0].Outcome(JobEvent.Succeed) with
        {
            Effects = async (transaction, _) =>
            {
                if (inTheMiddleOfACommand) await Record.ExceptionAsync(() => transaction.Connection!.ExecuteAsync("SELECT pg_sleep(600)", transaction: transaction));
                else await released.Task;
                tried.TrySetResult(await Record.ExceptionAsync(async () =>
                {
                    await WriteAsync(transaction, 0);
                    transaction.Rollback();
                }));
            },
        };
        var quick = jobs[1].Outcome(JobEvent.Succeed) with
        {
            Effects = async (transaction, _) =>
            {
                await WriteAsync(transaction, 1);
                released.TrySetResult();
                await tried.Task.WaitAsync(Patience); // while this one's transaction is open
            },
        };
        Assert.Equal([SettleVerdict.EffectsFailed, SettleVerdict.Settled], await SettleAsync(slow, quick));
        Assert.IsType<TimeoutException>(slow.EffectsError);
        Assert.NotNull(await tried.Task);
        Assert.Equal((int[])[1], await WrittenAsync());

        Assert.Equal([SettleVerdict.Settled], await SettleAsync(Writing(jobs[0], 0)));
        Assert.Equal((int[])[0, 1], await WrittenAsync());
    }

    async Task<SettleVerdict[]> SettleAsync(params Settlement[] batch) => await store!.SettleAsync(batch).AsTask().WaitAsync(Patience, Ending);

    async Task<Held[]> TakeAsync(int count, TimeSpan? limit = null)
    {
        var options = new TidemarkPostgreSqlOptions { Writers = 1 };
        options.UserTransactionTimeLimit = limit ?? options.UserTransactionTimeLimit;
        store = await plain!.ConnectWithAsync(options);
        await store.EnqueueAsync([.. Enumerable.Repeat(Given.Job, count)], null);
        var worker = await store.RegisterAsync(Given.Worker);
        var claimed = await store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, count)], SuspectAllowed = false });
        Assert.Equal(count, claimed.Jobs.Length);
        return [.. claimed.Jobs.Select(job => new Held(store, worker, job, slot: 0))];
    }

    Settlement Writing(Held job, int value) => job.Outcome(JobEvent.Succeed) with { Effects = (transaction, _) => WriteAsync(transaction, value) };

    async ValueTask WriteAsync(DbTransaction transaction, int value) =>
        await transaction.Connection!.ExecuteAsync($"INSERT INTO {plain!.Schema}.effects VALUES (@value)", new { value }, transaction);

    async Task<int[]> WrittenAsync()
    {
        await using var connection = await plain!.Others.OpenConnectionAsync(Ending);
        return [.. await connection.QueryAsync<int>($"SELECT value FROM {plain.Schema}.effects ORDER BY value")];
    }
}
