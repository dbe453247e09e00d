using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.Lifecycle;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>The schema, its days of history, and what several processes do to it and tell each other.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task Processes_that_start_at_once_make_one_schema()
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => plain.ConnectAsync()));
        Assert.Equal(Migration.Embedded.Count, await plain.AskAsync<long>($"SELECT count(*) FROM {plain.Schema}.migration"));
        Assert.Single(await plain.Store.EnqueueAsync([Given.Job], null));
    }

    [Fact]
    public async Task A_finished_job_lies_in_its_day_and_an_emptied_day_is_dropped()
    {
        await using var plain = await PlainStore.CreateAsync();
        var worker = await plain.Store.RegisterAsync(Given.Worker);
        await plain.Store.EnqueueAsync([Given.Job], null);
        var job = Assert.Single((await plain.Store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs);
        await plain.Store.SettleAsync([Given.Outcome(job, worker, JobEvent.Succeed)]);
        var day = await plain.AskAsync<string>($"SELECT tableoid::regclass::text FROM {plain.Schema}.finished");
        Assert.Matches($@"^{plain.Schema}\.finished_\d{{8}}$", day);

        await plain.RunAsync($"CREATE OR REPLACE FUNCTION {plain.Schema}.now_ms() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint + 10 * 86400000::bigint $$");
        Assert.False(await plain.Store.PruneAsync(new() { FinishedOlderThan = TimeSpan.FromDays(2), Limit = 100 }));
        Assert.True(await plain.AskAsync<bool>($"SELECT to_regclass('{day}') IS NULL"));
        Assert.True(await plain.AskAsync<bool>($"SELECT to_regclass('{plain.Schema}.finished_' || to_char(to_timestamp({plain.Schema}.now_ms() / 1000) AT TIME ZONE 'UTC', 'YYYYMMDD')) IS NOT NULL"));
    }

    [Fact]
    public async Task Work_that_comes_in_one_process_is_hinted_at_in_another()
    {
        await using var plain = await PlainStore.CreateAsync();
        var other = await plain.ConnectAsync();
        var hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        other.WorkArrived = () => hinted.TrySetResult();
        // A hint may be lost while the other one is not listening yet: work keeps coming.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!hinted.Task.IsCompleted)
        {
            await plain.Store.EnqueueAsync([Given.Job], null);
            await Task.WhenAny(hinted.Task, Task.Delay(50, limit.Token));
            limit.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public void All_faults_of_the_options_are_told_at_once()
    {
        Assert.Empty(new TidemarkPostgreSqlOptions().Faults());
        var faults = new TidemarkPostgreSqlOptions { Schema = "drop table; --", Writers = 0, Readers = 65, QueueLimit = 0, HintInterval = TimeSpan.FromSeconds(-1), Durability = (Durability)7 }.Faults();
        Assert.Equal(["Durability", "HintInterval", "QueueLimit", "Readers", "Schema", "Writers"], faults.Select(fault => fault.Split(' ')[0]).Order());
    }
}
