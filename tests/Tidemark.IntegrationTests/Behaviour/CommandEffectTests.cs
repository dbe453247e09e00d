using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tidemark.IntegrationTests.PostgreSql;
using Tidemark.IntegrationTests.Sqlite;
using Xunit;

namespace Tidemark.IntegrationTests.Behaviour;

/// <summary>Effects given as commands: exactly once, whether the driver has batches or not.</summary>
public abstract class CommandEffectTests : IAsyncLifetime
{
    protected const int Bound = 16;
    protected static readonly JobKey<int> Load = new("load");
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract string Table { get; }

    public abstract ValueTask InitializeAsync();

    public abstract ValueTask DisposeAsync();

    protected abstract void Use(TidemarkBuilder tidemark);

    protected abstract DbConnection Open();

    [Fact]
    public async Task Commands_happen_exactly_once_and_one_bad_item_is_isolated_by_halves()
    {
        var lists = new List<int[]>();
        var job = await RunAsync(40, (items, batch) =>
        {
            lists.Add([.. items.Select(item => item.Value)]);
            foreach (var item in items) Add(batch, item.Value, item.Value == 20 ? 0 : 1); // no times is refused by the table
        });

        Assert.Equal((JobState.Succeeded, 39, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40).Where(value => value != 20).Select(value => (value, 1)), Written());
        Assert.Equal([8, 4, 2, 1], lists.Where(list => list.Contains(20)).Select(list => list.Length).Where(length => length < Bound));
        Assert.Equal(40, lists.SelectMany(list => list).Distinct().Count());
    }

    [Fact]
    public async Task What_the_commands_answer_is_passed_over()
    {
        var job = await RunAsync(40, (items, batch) =>
        {
            AddText(batch, "SELECT 1 AS one, 2 AS two");
            foreach (var item in items) Add(batch, item.Value, 1, returning: true);
            AddText(batch, "SELECT 3 AS three");
        });

        Assert.Equal((JobState.Succeeded, 40), (job.State, job.Streams[0].Done));
        Assert.Equal(Enumerable.Range(0, 40).Select(value => (value, 1)), Written());
    }

    [Fact]
    public async Task A_handler_that_throws_while_it_adds_sets_the_bad_item_aside()
    {
        var job = await RunAsync(40, (items, batch) =>
        {
            foreach (var item in items)
            {
                Add(batch, item.Value, 1);
                if (item.Value == 30) throw new InvalidOperationException("thirty is bad");
            }
        });

        Assert.Equal((JobState.Succeeded, 39, 1), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40).Where(value => value != 30).Select(value => (value, 1)), Written());
    }

    [Fact]
    public async Task A_list_that_needs_no_write_is_done()
    {
        var job = await RunAsync(40, (_, _) => { });
        Assert.Equal((JobState.Succeeded, 40), (job.State, job.Streams[0].Done));
    }

    [Fact]
    public async Task Who_executes_the_batch_himself_is_refused_and_nothing_is_written_twice()
    {
        var job = await RunAsync(3, (items, batch) =>
        {
            foreach (var item in items) Add(batch, item.Value, 1);
            batch.ExecuteNonQuery();
        });

        Assert.Equal(3, job.Streams[0].Quarantined);
        Assert.Empty(Written());
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("-- for now\n begin")]
    [InlineData("/* all of it */ ROLLBACK")]
    [InlineData("START  TRANSACTION READ ONLY")]
    public async Task A_command_that_begins_or_ends_a_transaction_is_refused_before_anything_is_written(string text)
    {
        var job = await RunAsync(40, (items, batch) =>
        {
            foreach (var item in items) Add(batch, item.Value, 1);
            if (items[0].Value >= Bound) AddText(batch, text);
        });

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("the store begins and ends", job.Error, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, Bound).Select(value => (value, 1)), Written());
    }

    protected async Task<JobStatus> RunAsync(int count, Action<IReadOnlyList<StreamItem<int>>, DbBatch> effects)
    {
        await using var engine = await StartedEngine.StartAsync(tidemark =>
        {
            Use(tidemark);
            tidemark.AddJob(Load)
                .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).CommitAsync(effects))
                .Stream("items", options => (options.ResumeCost, options.Retry, options.Breaker) = (ResumeCost.AtMost(Bound), RetryPolicy.None, null));
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, count, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);
        return (await engine.Jobs.FindAsync(id, Token))!;
    }

    protected void Add(DbBatch batch, int value, int times, bool returning = false)
    {
        var insert = AddText(batch, $"INSERT INTO {Table} AS e (value, times) VALUES ($1, $2) ON CONFLICT (value) DO UPDATE SET times = e.times + 1{(returning ? " RETURNING value" : "")}");
        Bind(insert, value, times);
    }

    protected abstract void Bind(DbBatchCommand insert, int value, int times);

    static DbBatchCommand AddText(DbBatch batch, string text)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = text;
        batch.BatchCommands.Add(command);
        return command;
    }

    protected List<(int, int)> Written()
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT value, times FROM {Table} ORDER BY value";
        using var rows = command.ExecuteReader();
        var all = new List<(int, int)>();
        while (rows.Read()) all.Add((rows.GetInt32(0), rows.GetInt32(1)));
        return all;
    }
}

/// <summary>Its driver has no batches: one command after another.</summary>
public sealed class SqliteCommandEffectTests : CommandEffectTests
{
    readonly StoreFolder folder = new();

    protected override string Table => "effects";

    public override async ValueTask InitializeAsync()
    {
        await using var engine = await StartedEngine.StartAsync(folder);
        await using var transaction = await engine.Sqlite.BeginAsync(Token);
        await using var create = transaction.Connection.CreateCommand();
        (create.Transaction, create.CommandText) = (transaction.Transaction, "CREATE TABLE effects (value INTEGER PRIMARY KEY, times INTEGER NOT NULL CHECK (times > 0))");
        await create.ExecuteNonQueryAsync(Token);
        await transaction.CommitAsync();
    }

    public override ValueTask DisposeAsync()
    {
        folder.Dispose();
        return default;
    }

    protected override void Use(TidemarkBuilder tidemark) => tidemark.UseSqlite(folder.Database);

    protected override DbConnection Open() => folder.OpenAsStranger();

    protected override void Bind(DbBatchCommand insert, int value, int times)
    {
        insert.Parameters.Add(new SqliteParameter("$1", value));
        insert.Parameters.Add(new SqliteParameter("$2", times));
    }
}

/// <summary>With the checkpoint and its commit in one message.</summary>
public sealed class PostgreSqlCommandEffectTests : CommandEffectTests
{
    PlainStore? plain;

    protected override string Table => $"{plain!.Schema}.effects";

    public override async ValueTask InitializeAsync()
    {
        plain = await PlainStore.CreateAsync();
        await plain.RunAsync($"CREATE TABLE {Table} (value int PRIMARY KEY, times int NOT NULL CHECK (times > 0))");
    }

    public override ValueTask DisposeAsync() => plain!.DisposeAsync();

    // A transaction that can be looked into has a savepoint before the effects: they are then a subtransaction's, and not of the top one that commits.
    [Fact]
    public async Task All_but_the_first_list_travel_with_their_commit_in_one_message()
    {
        await plain!.RunAsync($"ALTER TABLE {Table} ADD top xid8 DEFAULT pg_current_xact_id()");
        await RunAsync(48, (items, batch) =>
        {
            foreach (var item in items) Add(batch, item.Value, 1);
        });

        Assert.Equal(Enumerable.Range(16, 32), await plain.AskAsync<int[]>($"SELECT array_agg(value ORDER BY value) FROM {Table} WHERE xmin::text = top::text"));
        Assert.Equal(Enumerable.Range(0, 48).Select(value => (value, 1)), Written());
    }

    // Such a value is refused by the driver while it writes its message, and the connection goes with it.
    [Fact]
    public async Task A_value_that_the_driver_refuses_sets_its_item_aside_and_no_other()
    {
        var job = await RunAsync(40, (items, batch) =>
        {
            foreach (var item in items)
            {
                Add(batch, item.Value, 1);
                if (item.Value is 21 or 30) batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT $1") { Parameters = { new() { Value = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)) } } });
            }
        });

        Assert.Equal((JobState.Succeeded, 38, 2), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 40).Except([21, 30]).Select(value => (value, 1)), Written());
    }

    // Some wrap what the driver says, as EF Core does; and with lists of one, the item would stand alone with it.
    [Fact]
    public async Task A_connection_that_is_lost_under_an_item_is_not_the_item_s_fault()
    {
        var cuts = 0;
        await using var engine = await StartedEngine.StartAsync(tidemark =>
        {
            Use(tidemark);
            tidemark.AddJob(Load)
                .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}")).CommitAsync(async (items, transaction, token) =>
                {
                    await using var write = transaction.Connection!.CreateCommand();
                    write.Transaction = transaction;
                    write.CommandText = items[0].Value == 3 && cuts++ < 2 ? "SELECT pg_terminate_backend(pg_backend_pid())" : $"INSERT INTO {Table} VALUES ({items[0].Value}, 1)";
                    try
                    {
                        await write.ExecuteNonQueryAsync(token);
                    }
                    catch (NpgsqlException lost)
                    {
                        throw new InvalidOperationException("This is likely due to a transient failure.", lost);
                    }
                }))
                .Stream("items", options => (options.ResumeCost, options.Retry) = (ResumeCost.AtMost(1), RetryPolicy.None));
        });
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 6, cancellationToken: Token);
        await engine.Jobs.WaitAsync(id, Token);

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Succeeded, 6, 0), (job.State, job.Streams[0].Done, job.Streams[0].Quarantined));
        Assert.Equal(Enumerable.Range(0, 6).Select(value => (value, 1)), Written());
    }

    [Fact]
    public async Task A_barrier_that_the_handler_sets_commits_nothing_ahead_of_the_cursor()
    {
        var job = await RunAsync(40, (items, batch) =>
        {
            foreach (var item in items)
            {
                Add(batch, item.Value, 1);
                ((NpgsqlBatchCommand)batch.BatchCommands[^1]).AppendErrorBarrier = true;
            }
            if (items.Count > 1 && items[0].Value == Bound) batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT 1 / 0"));
        });

        Assert.Equal((JobState.Succeeded, 40), (job.State, job.Streams[0].Done));
        Assert.Equal(Enumerable.Range(0, 40).Select(value => (value, 1)), Written());
    }

    protected override void Use(TidemarkBuilder tidemark) => tidemark.UsePostgreSql(plain!.Source, options => (options.Schema, options.PresenceDirectory) = (plain.Schema, plain.Folder));

    protected override DbConnection Open() => plain!.Others.OpenConnection();

    protected override void Bind(DbBatchCommand insert, int value, int times)
    {
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = value });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = times });
    }
}
