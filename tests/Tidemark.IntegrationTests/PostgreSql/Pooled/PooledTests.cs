using Npgsql;
using Tidemark.IntegrationTests.Crash;
using Tidemark.IntegrationTests.Crash.Checks;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Tidemark.TortureHost.Serve;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Pooled;

/// <summary>Behind PgBouncer in transaction mode each transaction may have another session of the server: nothing is left in one that the next would need.</summary>
public sealed class PooledTests : IAsyncLifetime
{
    static int schemas;

    readonly string schema = $"pooled_{Interlocked.Increment(ref schemas)}";
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-pooled-");
    readonly List<IAsyncDisposable> made = [];
    string pooler = "";
    Server? server;

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        pooler = await Bouncer.GetAsync();
        server = await SharedServer.GetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in made.AsEnumerable().Reverse()) await one.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_jobs_of_a_killed_process_are_done_by_another(bool hasDirectWay)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs Linux's signals.");
        await using var store = await PostgreSqlCrashStore.CreatePooledAsync(pooler, hasDirectWay);
        using var fleet = await Fleet.OfAsync(store);
        string[] working = ["--produce", "100000", "--pause-ms", "20", "--items", "16", "--own-host", "1", "--lease-ms", "2000"];
        var (killed, other) = (fleet.Start(working), fleet.Start(working));
        await Fleet.UpAsync(killed);
        await Fleet.UpAsync(other);
        var before = fleet.Read().Of("item").Count();
        while (fleet.Read().Of("item").Count() < before + 40) await Task.Delay(20, Ending);
        Fleet.Kill(killed);
        await Fleet.EndAsync(other);
        Judge.AssertSound(await fleet.FinishAsync(), Mix.Bound);
        Assert.Equal("ok", store.Integrity());
    }

    [Fact]
    public async Task Statements_that_stay_prepared_are_refused_with_the_remedy()
    {
        var store = Store(new());
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.OpenAsync().AsTask());
        Assert.Contains(nameof(TidemarkPostgreSqlOptions.PrepareStatements), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_that_begin_otherwise_than_the_store_needs_are_refused_with_the_remedy()
    {
        await using var direct = NpgsqlDataSource.Create(server!.ConnectionString);
        foreach (var sql in new[] { $"CREATE DATABASE strict_{schema}", $"ALTER DATABASE strict_{schema} SET default_transaction_isolation = 'serializable'" })
        {
            await using var command = direct.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Ending);
        }
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(pooler) { Database = $"strict_{schema}", Pooling = false }.ConnectionString);
        await using var store = new PostgreSqlJobStore(source, new() { Schema = schema, PresenceDirectory = folder.FullName, PrepareStatements = false });
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.OpenAsync().AsTask());
        Assert.Contains("ALTER ROLE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_job_of_a_worker_that_had_signed_off_with_it_in_its_hands_is_taken_after_its_lease_by_one_that_does_not_see_its_process()
    {
        var (here, there) = (Store(new() { PrepareStatements = false }), Store(new() { PrepareStatements = false }, "elsewhere"));
        await here.OpenAsync();
        await there.OpenAsync();
        var worker = await here.RegisterAsync(Given.Worker with { LeaseDuration = TimeSpan.FromMilliseconds(300) });
        await here.EnqueueAsync([Given.Job], null);
        Assert.Single((await here.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs);
        await here.RetireAsync(worker);
        var other = await there.RegisterAsync(Given.Worker);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await there.RescueAsync(new() { By = other, Limit = 10, CrashBudget = 3, ItemCrashBudgets = new Dictionary<(string, string), int>() })).Jobs.Length == 0) await Task.Delay(20, limit.Token);
    }

    [Fact]
    public async Task No_session_of_the_pool_is_left_listening_and_work_is_found_by_polling()
    {
        var store = Store(new() { PrepareStatements = false });
        await store.OpenAsync();
        await store.EnqueueAsync([Given.Job], null);
        await using var direct = NpgsqlDataSource.Create(server!.ConnectionString);
        await using var sessions = direct.CreateCommand($"SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN tidemark_{schema}'");
        Assert.Equal(0L, await sessions.ExecuteScalarAsync(Ending));
    }

    [Theory]
    [InlineData(false, "reaches another store")]
    [InlineData(true, "goes by a pooler too")]
    public async Task A_direct_way_that_is_none_is_refused(bool isPooled, string told)
    {
        var elsewhere = $"elsewhere_{schema}";
        await using var admin = NpgsqlDataSource.Create(server!.ConnectionString);
        await using var create = admin.CreateCommand($"CREATE DATABASE {elsewhere}");
        await create.ExecuteNonQueryAsync(Ending);
        await using var wrong = NpgsqlDataSource.Create(isPooled ? pooler : new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = elsewhere, Pooling = false }.ConnectionString);
        if (!isPooled)
        {
            await using var other = new PostgreSqlJobStore(wrong, new() { Schema = schema, PresenceDirectory = folder.FullName });
            await other.OpenAsync();
        }
        var refused = await Assert.ThrowsAsync<StoreException>(() => Store(new() { PrepareStatements = false, DirectDataSource = wrong }).OpenAsync().AsTask());
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_a_direct_way_hints_pass_and_the_pulse_is_seen()
    {
        await using var direct = NpgsqlDataSource.Create(server!.ConnectionString);
        var (here, there) = (Store(new() { PrepareStatements = false, DirectDataSource = direct }), Store(new() { PrepareStatements = false, DirectDataSource = direct }));
        await here.OpenAsync();
        await there.OpenAsync();
        var hinted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        there.WorkArrived = () => hinted.TrySetResult();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!hinted.Task.IsCompleted)
        {
            await here.EnqueueAsync([Given.Job], null);
            await Task.WhenAny(hinted.Task, Task.Delay(50, limit.Token));
            limit.Token.ThrowIfCancellationRequested();
        }
        var worker = await here.RegisterAsync(Given.Worker);
        Assert.True((await here.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
        await using var signs = direct.CreateCommand($"SELECT count(*) FROM {schema}.worker JOIN pg_stat_activity AS session ON session.pid = backend AND session.backend_start = worker.backend_start");
        Assert.Equal(1L, await signs.ExecuteScalarAsync(Ending));
        foreach (var store in new[] { here, there }) await store.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Doctor_tells_that_deaths_are_noticed_late_unless_beats_have_a_way_of_their_own(bool hasDirectWay)
    {
        await using var direct = NpgsqlDataSource.Create(server!.ConnectionString);
        var store = Store(new() { PrepareStatements = false, DirectDataSource = hasDirectWay ? direct : null });
        await store.OpenAsync();
        var worker = await store.RegisterAsync(Given.Worker);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await HasBeatenAsync()) await Task.Delay(5, limit.Token);
        var told = (await store.ExamineAsync()).Select(found => found.Finding).ToList();
        Assert.Contains("pooler", told);
        Assert.Equal(!hasDirectWay, told.Contains("beats through a pooler"));
        await store.DisposeAsync();

        async Task<bool> HasBeatenAsync()
        {
            Assert.True((await store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
            await using var beaten = direct.CreateCommand($"SELECT EXISTS (SELECT FROM {schema}.worker WHERE beat_at > started_at)");
            return (bool)(await beaten.ExecuteScalarAsync(Ending))!;
        }
    }

    // The pooler's clients outlive it, and the server's start stays what it was.
    [Fact]
    public async Task A_crash_of_the_server_is_noticed_by_the_next_beat_where_commits_do_not_wait_for_its_disk()
    {
        var store = Store(new() { PrepareStatements = false, Durability = Durability.ProcessCrash });
        await store.OpenAsync();
        var worker = await store.RegisterAsync(Given.Worker);
        Assert.True((await store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 })).Alive);
        await using var direct = NpgsqlDataSource.Create(server!.ConnectionString);
        await using var crash = direct.CreateCommand($"TRUNCATE {schema}.unbroken"); // what it does to that table
        await crash.ExecuteNonQueryAsync(Ending);
        var beat = await store.BeatAsync(new() { Worker = worker, Draining = false, Running = 0 });
        Assert.False(beat.Alive);
        Assert.Contains("the server has crashed", beat.Why, StringComparison.Ordinal);
    }

    PostgreSqlJobStore Store(TidemarkPostgreSqlOptions options, string host = "host")
    {
        (options.Schema, options.PresenceDirectory) = (schema, Path.Combine(folder.FullName, host));
        var source = NpgsqlDataSource.Create(pooler);
        var store = new PostgreSqlJobStore(source, options);
        made.AddRange([source, store]);
        return store;
    }
}
