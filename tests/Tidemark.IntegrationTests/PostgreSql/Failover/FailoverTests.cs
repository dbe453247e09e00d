using System.Diagnostics;
using Npgsql;
using Tidemark.Enqueueing;
using Tidemark.IntegrationTests.Crash;
using Tidemark.IntegrationTests.PostgreSql.Disturbances;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Failover;

/// <summary>The primary is lost and its standby takes its place, under load and without a restart of any worker.</summary>
public sealed class FailoverTests(ITestOutputHelper output)
{
    static readonly int Times = CrashTime.Choose(brief: 1, full: 10);

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_standby_that_is_waited_for_every_accepted_job_outlives_the_primary_and_is_done_once()
    {
        for (var time = 0; time < Times; time++)
        {
            await using var pair = await ServerPair.StartAsync(waits: true);
            await using var source = NpgsqlDataSource.Create(pair.ConnectionString);
            await using var load = await Load.StartAsync(source, "failover", options => options.Durability = Durability.MachineLoss);
            await FailOverAsync(pair, load);
            var accepted = await load.EndAsync();
            Assert.Equal(Enumerable.Range(0, accepted), await load.SucceededAsync());
            Assert.Equal(Enumerable.Range(0, accepted), await load.EffectsAsync());
            Assert.Empty(await load.RestAsync());
        }
    }

    [Fact]
    public async Task With_a_standby_that_is_not_waited_for_the_work_goes_on_and_what_it_has_is_done_once()
    {
        for (var time = 0; time < Times; time++)
        {
            await using var pair = await ServerPair.StartAsync(waits: false);
            await using var source = NpgsqlDataSource.Create(pair.ConnectionString);
            await using var load = await Load.StartAsync(source, "failover");
            await FailOverAsync(pair, load);
            var accepted = await load.EndAsync();
            var done = await load.SucceededAsync();
            Assert.Equal(done, await load.EffectsAsync());
            Assert.Equal(done.Distinct(), done);
            Assert.Empty(await load.RestAsync());
            output.WriteLine($"{accepted - done.Count} of {accepted} accepted jobs were lost with the primary");
        }
    }

    [Fact]
    public async Task A_wait_for_the_standby_that_is_cancelled_is_unknown_and_its_token_answers_once_the_standby_has_it()
    {
        await using var pair = await ServerPair.StartAsync(waits: true);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(pair.ConnectionString) { Options = "-c synchronous_commit=remote_apply" }.ConnectionString);
        await using var store = new PostgreSqlJobStore(source, new() { Schema = "waits", Durability = Durability.MachineLoss, HintInterval = TimeSpan.Zero });
        await store.OpenAsync();
        await store.EnqueueAsync([Given.Job], null); // the first of its lane commits that as well
        await using var another = new PostgreSqlJobStore(source, new() { Schema = "waits", Durability = Durability.MachineLoss, HintInterval = TimeSpan.Zero });
        await another.OpenAsync();
        await another.EnqueueAsync([Given.Job], null);
        NewJob[] jobs = [Given.Job with { Dedup = Given.Key("k") }];
        await ServerPair.AskAsync<object>(pair.Standby, "SELECT pg_wal_replay_pause()::text");

        var first = store.EnqueueAsync(jobs, null).AsTask();
        await CancelWaitAsync(pair);
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => first)).OutcomeUnknown);
        // On the primary everybody can see it by now. Still nobody is told that it has been accepted.
        var again = store.EnqueueAsync(jobs, null).AsTask();
        await CancelWaitAsync(pair);
        Assert.False((await Assert.ThrowsAsync<StoreException>(() => again)).OutcomeUnknown);
        // Nor by another process, which knows of no doubt.
        var elsewhere = another.EnqueueAsync(jobs, null).AsTask();
        await CancelWaitAsync(pair);
        Assert.True((await Assert.ThrowsAsync<StoreException>(() => elsewhere)).OutcomeUnknown);
        await ServerPair.AskAsync<object>(pair.Standby, "SELECT pg_wal_replay_resume()::text");
        var reply = (await store.EnqueueAsync(jobs, null))[0];
        Assert.Equal(EnqueueVerdict.Existing, reply.Verdict);
        Assert.Equal(1, await ServerPair.AskAsync<long>(pair.Standby, $"SELECT count(*) FROM waits.job WHERE id = {reply.Id.Value}"));
    }

    [Fact]
    public async Task The_level_of_a_lost_machine_is_refused_by_a_server_that_waits_for_no_standby()
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        var refused = await Assert.ThrowsAsync<StoreException>(() => plain.ConnectWithAsync(new() { Durability = Durability.MachineLoss }));
        Assert.Contains("synchronous_standby_names is ''", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_answers_what_only_reads_and_says_what_it_is()
    {
        await using var pair = await ServerPair.StartAsync(waits: false);
        await using var primary = new StoreOn(pair.Primary.ConnectionString);
        await primary.Store.OpenAsync();
        var id = (await primary.Store.EnqueueAsync([Given.Job], null))[0].Id;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (await ServerPair.AskAsync<long>(pair.Standby, "SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint") < await ServerPair.AskAsync<long>(pair.Primary, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"))
            await Task.Delay(20, limit.Token);

        await using var standby = new StoreOn(pair.Standby.ConnectionString);
        await standby.Store.OpenAsync();
        Assert.Equal(id, Assert.Single((await standby.Store.ListJobsAsync(new())).Jobs).Id);
        Assert.Contains(await standby.Store.ExamineAsync(), found => found.Finding == "standby");
        Assert.Contains("read-only", await standby.Store.ProbeAsync(), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<StoreException>(() => standby.Store.EnqueueAsync([Given.Job], null).AsTask());
        Assert.Contains("read-only", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.OutcomeUnknown);
    }

    sealed class StoreOn(string server) : IAsyncDisposable
    {
        readonly NpgsqlDataSource source = NpgsqlDataSource.Create(server);
        PostgreSqlJobStore? store;

        public PostgreSqlJobStore Store => store ??= new(source, new() { Schema = "read", HintInterval = TimeSpan.Zero });

        public async ValueTask DisposeAsync()
        {
            if (store is not null) await store.DisposeAsync();
            await source.DisposeAsync();
        }
    }

    async Task FailOverAsync(ServerPair pair, Load load)
    {
        await load.InFullSwingAsync();
        var since = Stopwatch.GetTimestamp();
        await pair.FailOverAsync();
        var promoted = Stopwatch.GetElapsedTime(since);
        await load.InFullSwingAsync();
        output.WriteLine($"promoted after {promoted.TotalMilliseconds:0} ms, in full swing after {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
    }

    // As an operator does who has lost patience.
    static async Task CancelWaitAsync(ServerPair pair)
    {
        const string Sql = "SELECT count(*) FROM (SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep') AS cancelled";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (await ServerPair.AskAsync<long>(pair.Primary, Sql) == 0) await Task.Delay(20, limit.Token);
    }
}
