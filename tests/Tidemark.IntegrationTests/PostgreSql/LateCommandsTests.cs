using System.Data.Common;
using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.Running;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Effects that travel as commands, with the checkpoint and the commit in one message: nobody has looked at the lease before them.</summary>
public sealed class LateCommandsTests : IAsyncLifetime
{
    PlainStore? plain;

    PostgreSqlJobStore Store => plain!.Store;

    public async ValueTask InitializeAsync()
    {
        plain = await PlainStore.CreateAsync();
        await plain.RunAsync($"CREATE TABLE {plain.Schema}.effect (who text NOT NULL)");
    }

    public ValueTask DisposeAsync() => plain!.DisposeAsync();

    [Fact]
    public async Task Nothing_is_left_of_commands_whose_job_another_worker_runs_by_now()
    {
        await Store.EnqueueAsync([Given.Job], null);
        var first = await TakeAsync();
        await first.CheckpointAsync(1, Given.Rows);
        Store.LetGo(first.Worker);
        Assert.Single((await Store.RescueAsync(new() { By = default, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = 100 })).Jobs);
        var second = await TakeAsync();
        Assert.Equal(first.Id, second.Id);

        await AreRefusedAsync(first, 2);
        // The same commands from the one who runs it: they would have been written.
        Assert.Equal(SaveVerdict.Saved, (await second.CheckpointAsync(2, Inserting("second"))).Verdict);
        await AreRefusedAsync(first, 3);
        Assert.Equal("second", await plain!.AskAsync<string>($"SELECT string_agg(who, ', ') FROM {plain.Schema}.effect"));
    }

    async Task AreRefusedAsync(Held late, long number)
    {
        var before = await Store.RecallAsync(late.Id, null);
        var commands = Inserting("late");
        Same.As(new(SaveVerdict.LeaseLost, null), await late.CheckpointAsync(number, commands));
        Assert.True(commands.IsComposed);
        Same.As(before, await Store.RecallAsync(late.Id, null));
        Assert.Equal(0, await plain!.AskAsync<long>($"SELECT count(*) FROM {plain.Schema}.effect WHERE who = 'late'"));
    }

    async Task<Held> TakeAsync()
    {
        var worker = await Store.RegisterAsync(Given.Worker);
        var job = Assert.Single((await Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = true })).Jobs);
        return new(Store, worker, job, Store.PresenceOf(worker).Enter(job.Id, job.Fence));
    }

    Commands Inserting(string who) => new($"INSERT INTO {plain!.Schema}.effect VALUES ('{who}')");

    // As the engine gives them: composed once; whatever comes of it, a second time they are made one by one.
    sealed class Commands(string sql) : IEffects
    {
        public bool IsComposed { get; private set; }

        public bool CanCompose => !IsComposed;

        public bool MayBeMade => IsComposed;

        public CheckpointRows? Compose(DbBatch batch)
        {
            IsComposed = true;
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            return Given.Rows;
        }

        public async ValueTask<CheckpointRows> RunAsync(IEffectScope scope)
        {
            await using var insert = new NpgsqlCommand(sql, (NpgsqlConnection)scope.Transaction.Connection!);
            await insert.ExecuteNonQueryAsync(scope.TimeLimit);
            return Given.Rows;
        }
    }
}
