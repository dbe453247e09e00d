using System.Data.Common;
using Dapper;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Behaviour;

/// <summary>Writes in the checkpoint's and in the settling's own transaction: exactly once, on a real file.</summary>
public sealed class EffectTests : IDisposable
{
    static readonly JobKey<int> Load = new("load");
    readonly StoreFolder folder = new();
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Effects_happen_exactly_once_and_one_bad_item_is_isolated_by_halves()
    {
        var lists = new List<int[]>();
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).CommitAsync(async (items, transaction, _) =>
            {
                lists.Add([.. items.Select(item => item.Value)]);
                foreach (var item in items)
                {
                    await WriteAsync(transaction, item.Value);
                    if (item.Value == 13) throw new InvalidOperationException("thirteen is bad"); // after its own write, and after others'
                }
            }))
            .Stream("items", options => (options.ResumeCost, options.Retry) = (ResumeCost.AtMost(16), RetryPolicy.None)));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 40, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Succeeded, 39, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i != 13).Select(i => (i, 1)), Written());
        Assert.Equal([16, 8, 4, 2, 1], lists.Where(list => list.Contains(13)).Select(list => list.Length));
        Assert.Equal("13", Assert.Single(await engine.Jobs.QuarantinedAsync(id, Token).ToListAsync(Token)).Key);
    }

    [Fact]
    public async Task An_effect_that_fails_once_is_tried_again_from_the_list_and_written_once()
    {
        var fails = 1;
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).CommitAsync(async (items, transaction, _) =>
            {
                foreach (var item in items) await WriteAsync(transaction, item.Value);
                if (items is [{ Value: 3 }] && fails-- > 0) throw new TimeoutException("locked for a moment");
                if (fails > 0 && items.Any(item => item.Value == 3)) throw new TimeoutException("locked for a moment");
            }))
            .Stream("items", options => options.Retry = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromMilliseconds(1) }));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 10, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Succeeded, 10, 0, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined, job.Streams[0].Retried));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (i, 1)), Written());
    }

    [Fact]
    public async Task Writes_given_with_the_success_are_there_if_and_only_if_the_job_succeeded()
    {
        var attempts = 0;
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) =>
            {
                attempts++;
                job.CommitOnSuccess(async (transaction, _) =>
                {
                    await WriteAsync(transaction, n);
                    if (n == 2 || (n == 1 && job.Attempt == 1)) throw new InvalidOperationException("constraint");
                });
                if (n == 3) throw new JobFaultException("after the writes were given");
            })
            .Retry(new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero }));
        var states = new List<JobState>();
        foreach (var n in new[] { 0, 1, 2, 3 })
        {
            var (id, _) = await engine.Jobs.EnqueueAsync(Load, n, cancellationToken: Token);
            states.Add((await engine.Jobs.WaitAsync(id, Token)).State);
        }

        Assert.Equal([JobState.Succeeded, JobState.Succeeded, JobState.Failed, JobState.Failed], states);
        Assert.Equal([(0, 1), (1, 1)], Written()); // of the second one's two attempts, the one that counted
        Assert.Equal(6, attempts);
    }

    [Fact]
    public async Task A_job_enqueued_in_a_users_transaction_is_accepted_if_and_only_if_it_commits()
    {
        var ran = new List<int>();
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int n) => { ran.Add(n); }));
        await using (var dropped = await engine.Sqlite.BeginAsync(Token))
        {
            await WriteAsync(dropped.Transaction, 1);
            await engine.Jobs.EnqueueAsync(Load, 1, new() { Transaction = dropped.Transaction }, Token);
        }
        JobId kept;
        await using (var transaction = await engine.Sqlite.BeginAsync(Token))
        {
            await WriteAsync(transaction.Transaction, 2);
            (kept, _) = await engine.Jobs.EnqueueAsync(Load, 2, new() { Transaction = transaction.Transaction }, Token);
            await transaction.CommitAsync();
        }
        engine.Jobs.Hint();

        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(kept, Token)).State);
        Assert.Equal([2], ran);
        Assert.Equal([(2, 1)], Written());
    }

    [Fact]
    public async Task A_transaction_that_did_not_pass_the_gate_is_refused_with_the_call_that_does()
    {
        await using var engine = await StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _) => { }));
        await using var stranger = folder.OpenAsStranger();
        await using var transaction = await stranger.BeginTransactionAsync(Token);
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => engine.Jobs.EnqueueAsync(Load, 1, new() { Transaction = transaction }, Token));

        Assert.Contains("TidemarkSqlite.BeginAsync", refused.Message, StringComparison.Ordinal);
    }

    static Task<int> WriteAsync(DbTransaction transaction, int value) =>
        transaction.Connection!.ExecuteAsync("INSERT INTO effects VALUES (@value, 1) ON CONFLICT (value) DO UPDATE SET times = times + 1", new { value }, transaction);

    List<(int, int)> Written()
    {
        using var connection = folder.OpenAsStranger();
        return [.. connection.Query<(int, int)>("SELECT value, times FROM effects ORDER BY value")];
    }

    async Task<StartedEngine> StartAsync(Action<TidemarkBuilder> configure)
    {
        var engine = await StartedEngine.StartAsync(folder, configure);
        await using var transaction = await engine.Sqlite.BeginAsync(Token);
        await transaction.Connection.ExecuteAsync("CREATE TABLE effects (value INTEGER PRIMARY KEY, times INTEGER NOT NULL)", transaction: transaction.Transaction);
        await transaction.CommitAsync();
        return engine;
    }
}
