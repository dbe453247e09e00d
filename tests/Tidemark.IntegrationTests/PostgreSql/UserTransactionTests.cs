using System.Data;
using Npgsql;
using Tidemark.Enqueueing;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Jobs that come into being with the user's own rows, or not at all.</summary>
public sealed class UserTransactionTests : IAsyncLifetime
{
    PlainStore? plain;

    public async ValueTask InitializeAsync() => plain = await PlainStore.CreateAsync();

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task A_job_comes_with_the_user_s_commit_and_not_before(bool commits, int jobs)
    {
        await using var connection = await plain!.Others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            var reply = (await plain.Store.EnqueueAsync([Given.Job], transaction))[0];
            Assert.Equal(EnqueueVerdict.Created, reply.Verdict);
            Assert.Null(await plain.Store.GetJobAsync(reply.Id));
            if (commits) await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal(jobs, (await plain.Store.ListJobsAsync(new())).Jobs.Length);
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task One_that_sees_the_store_as_it_was_gives_no_lease_up(IsolationLevel level)
    {
        var worker = await plain!.Store.RegisterAsync(Given.Worker);
        await using var connection = await plain.Others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(level, TestContext.Current.CancellationToken);
        await using (var look = new NpgsqlCommand("SELECT 1", connection, transaction)) await look.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        for (var beats = 0; beats < 6; beats++)
        {
            Assert.True((await plain.Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
            await plain.Store.EnqueueAsync([Given.Job], null); // its commit brings the beat to the disk
        }
        await plain.Store.EnqueueAsync([Given.Job], transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        Assert.True((await plain.Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
        Assert.DoesNotContain(await plain.Store.ExamineAsync(), found => found.Finding == "went back in time");
        Assert.Equal(7, (await plain.Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 10)], SuspectAllowed = false })).Jobs.Length);
    }

    [Fact]
    public async Task A_key_that_is_held_leaves_the_user_s_transaction_as_it_was()
    {
        var job = Given.Job with { Dedup = Given.Key("k") };
        var holder = (await plain!.Store.EnqueueAsync([job], null))[0].Id;
        await using var connection = await plain.Others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(new EnqueueReply(holder, EnqueueVerdict.Existing), (await plain.Store.EnqueueAsync([job], transaction))[0]);
        Assert.Equal(EnqueueVerdict.Created, (await plain.Store.EnqueueAsync([Given.Job], transaction))[0].Verdict);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (await plain.Store.ListJobsAsync(new())).Jobs.Length);
    }

    [Fact]
    public async Task A_transaction_that_has_ended_is_refused()
    {
        await using var connection = await plain!.Others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await transaction.DisposeAsync();
        await Assert.ThrowsAsync<ArgumentException>(async () => await plain.Store.EnqueueAsync([Given.Job], transaction));
    }

    [Fact]
    public async Task A_transaction_on_another_database_is_refused_and_can_go_on()
    {
        await plain!.RunAsync($"CREATE DATABASE elsewhere_{plain.Schema}");
        await using var elsewhere = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(plain.Others.ConnectionString) { Database = $"elsewhere_{plain.Schema}", Pooling = false }.ConnectionString);
        await using var connection = await elsewhere.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await plain.Store.EnqueueAsync([Given.Job], transaction));
        Assert.Contains(plain.Schema, refused.Message, StringComparison.Ordinal);
        await using var command = new NpgsqlCommand("SELECT 1", connection, transaction);
        Assert.Equal(1, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    // A tenant's, say: the same schema, another store. Nothing has gone back in time, and no job may lie there under our numbers.
    [Fact]
    public async Task A_transaction_on_another_store_is_refused_and_costs_no_lease()
    {
        var worker = await plain!.Store.RegisterAsync(Given.Worker);
        await plain.RunAsync($"CREATE DATABASE tenant_{plain.Schema}");
        await using var tenant = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(plain.Others.ConnectionString) { Database = $"tenant_{plain.Schema}", Pooling = false }.ConnectionString);
        await using var there = new PostgreSqlJobStore(tenant, new() { Schema = plain.Schema, PresenceDirectory = plain.Folder });
        await there.OpenAsync();
        await using var connection = await tenant.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await plain.Store.EnqueueAsync([Given.Job], transaction));
            Assert.Contains(plain.Schema, refused.Message, StringComparison.Ordinal);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }
        Assert.Empty((await there.ListJobsAsync(new())).Jobs);
        Assert.True((await plain.Store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
        await plain.Store.EnqueueAsync([Given.Job], null);
        Assert.Single((await plain.Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 10)], SuspectAllowed = false })).Jobs);
    }

    [Fact]
    public async Task One_that_an_error_has_aborted_can_still_go_back_to_a_savepoint_of_its_own()
    {
        await using var connection = await plain!.Others.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await Holding.SayAsync(connection, "SAVEPOINT mine");
        await Assert.ThrowsAsync<PostgresException>(() => Holding.SayAsync(connection, "SELECT 1 / 0"));
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await plain.Store.EnqueueAsync([Given.Job], transaction));
        Assert.Contains("25P02", refused.Message, StringComparison.Ordinal);

        await transaction.RollbackAsync("mine", TestContext.Current.CancellationToken);
        await plain.Store.EnqueueAsync([Given.Job], transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.Single((await plain.Store.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task One_whose_session_the_server_has_ended_is_told_as_the_server_s_fault()
    {
        await using var connection = new NpgsqlConnection($"{plain!.Others.ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await Holding.SayAsync(connection, "SELECT 1");
        await plain.RunAsync($"SELECT pg_terminate_backend({connection.ProcessID}, 10000)");
        await Assert.ThrowsAsync<StoreException>(async () => await plain.Store.EnqueueAsync([Given.Job], transaction));
    }
}
