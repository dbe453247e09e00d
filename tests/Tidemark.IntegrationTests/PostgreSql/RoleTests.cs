using Npgsql;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.PostgreSql;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>What each role of the script may, and what it may not. That a worker may all that its work takes is shown by the contract, which runs as one.</summary>
public sealed class RoleTests : IAsyncLifetime
{
    static int schemas;

    readonly string schema = $"roles_{Interlocked.Increment(ref schemas)}";
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-roles-");
    readonly List<IAsyncDisposable> opened = [];
    PostgreSqlJobStore? worker;

    public async ValueTask InitializeAsync()
    {
        await SuiteRoles.MakeSchemaAsync(schema);
        (worker, _) = await OpenAsync(SuiteRoles.Worker);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task An_enqueuer_adds_jobs_in_every_way_and_nothing_else()
    {
        var (enqueuer, _) = await OpenAsync(SuiteRoles.Enqueuer);
        await enqueuer.EnqueueAsync([Given.Job], null);
        await enqueuer.EnqueueAsync([.. Enumerable.Repeat(Given.Job, 300)], null);
        var keyed = Given.Job with { Name = "another", Dedup = Given.Key("k") };
        var first = Assert.Single(await enqueuer.EnqueueAsync([keyed], null));
        Assert.Equal(new EnqueueReply(first.Id, EnqueueVerdict.Existing), Assert.Single(await enqueuer.EnqueueAsync([keyed], null)));
        await enqueuer.EnqueueAsync([Given.Job with { Limit = new() { Key = "acme", Places = 1 } }], null);
        Assert.Equal(303, (await worker!.ListQueuesAsync()).Sum(queue => queue.Pending));

        await RefusedAsync(() => enqueuer.RegisterAsync(Given.Worker).AsTask());
        await RefusedAsync(() => enqueuer.GetJobAsync(first.Id).AsTask());
        await RefusedAsync(() => enqueuer.ControlAsync(new() { Job = first.Id, Action = ControlAction.Cancel, By = "x", Reason = null }).AsTask());
        var profile = await worker.RegisterAsync(Given.Worker);
        await RefusedAsync(() => enqueuer.ClaimAsync(new() { Worker = profile, Demands = [new(Given.Queue, 1)], SuspectAllowed = false }).AsTask());
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    [InlineData(true, 1, Durability.ProcessCrash)]
    public async Task An_enqueuer_adds_a_job_within_its_own_transaction(bool commits, int jobs, Durability durability = Durability.PowerLoss)
    {
        var (enqueuer, source) = await OpenAsync(SuiteRoles.Enqueuer, durability);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await enqueuer.EnqueueAsync([Given.Job with { Dedup = Given.Key("k") }], transaction);
            if (commits) await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal(jobs, (await worker!.ListJobsAsync(new())).Jobs.Length);
    }

    // A service whose worker and whose requests log in as different roles.
    [Fact]
    public async Task An_enqueuer_adds_a_job_within_its_own_transaction_by_the_store_of_a_process_that_works_as_another()
    {
        await worker!.RegisterAsync(Given.Worker);
        await using var source = await SuiteRoles.ConnectAsync(SuiteRoles.Enqueuer);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await worker.EnqueueAsync([Given.Job], transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.Single((await worker.ListJobsAsync(new())).Jobs);
    }

    // What runs with the owner's rights looks for the system's catalogs by name, and whoever may make temporary views could give it others.
    [Fact]
    public async Task A_worker_cannot_make_the_owner_run_what_it_likes()
    {
        var (_, source) = await OpenAsync(SuiteRoles.Worker);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var catalog in new[] { "pg_inherits AS SELECT 0::oid AS inhrelid, 0::oid AS inhparent", "pg_class AS SELECT 0::oid AS oid, 'finished_20000101'::name AS relname" })
        {
            await Holding.SayAsync(connection, $$"""
                CREATE OR REPLACE FUNCTION pg_temp.as_owner() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE {{schema}}.ask'; RETURN true; END $$;
                CREATE TEMP VIEW {{catalog}} WHERE pg_temp.as_owner();
                GRANT SELECT ON pg_temp.{{catalog[..catalog.IndexOf(' ', StringComparison.Ordinal)]}} TO PUBLIC;
                """);
            await Holding.SayAsync(connection, $"SELECT {schema}.drop_days(0), {schema}.add_days({schema}.now_ms(), 1)");
        }
        Assert.NotNull(await worker!.ListJobsAsync(new()));
        await using var command = source.CreateCommand($"SELECT to_regclass('{schema}.ask') IS NOT NULL");
        Assert.Equal(true, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    // As one that the script of the release before was applied for.
    [Fact]
    public async Task An_enqueuer_that_could_not_notice_a_crash_waits_for_the_disk_or_is_refused()
    {
        await using var source = await SuiteRoles.ConnectAsync(SuiteRoles.Migrator);
        await using var command = source.CreateCommand($"REVOKE ALL ON {schema}.unbroken FROM {SuiteRoles.Enqueuer}");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await RefusedAsync(() => OpenAsync(SuiteRoles.Enqueuer, Durability.ProcessCrash));
        var (enqueuer, _) = await OpenAsync(SuiteRoles.Enqueuer);
        await enqueuer.EnqueueAsync([Given.Job], null);
        var (viewer, _) = await OpenAsync(SuiteRoles.Viewer, Durability.ProcessCrash);
        Assert.Single((await viewer.ListJobsAsync(new())).Jobs);
    }

    [Fact]
    public async Task A_viewer_reads_every_read_model_and_writes_nothing()
    {
        var (viewer, _) = await OpenAsync(SuiteRoles.Viewer);
        var id = (await worker!.EnqueueAsync([Given.Job], null))[0].Id;
        var profile = await worker.RegisterAsync(Given.Worker);
        Assert.Single((await viewer.ListJobsAsync(new())).Jobs);
        Assert.NotNull(await viewer.GetJobAsync(id));
        Assert.NotNull(await viewer.GetVerdictAsync(id));
        Assert.Empty((await viewer.ListQuarantineAsync(new())).Items);
        Assert.Single(await viewer.ListQueuesAsync());
        Assert.Single(await viewer.ListWorkersAsync());
        Assert.Empty((await viewer.ListSchedulesAsync(new())).Schedules);
        Assert.Null(await viewer.GetScheduleAsync("none"));
        Assert.Empty(await viewer.ListOccurrencesAsync(new() { Schedule = "none" }));
        Assert.Empty(await viewer.ListLocksAsync(new()));
        Assert.Contains("PostgreSQL", (await viewer.GetStoreAsync()).Description, StringComparison.Ordinal);
        Assert.Contains(await viewer.ExamineAsync(), found => found.Finding == "this role only reads");
        Assert.Null(await viewer.ProbeAsync());

        await RefusedAsync(() => viewer.EnqueueAsync([Given.Job], null).AsTask());
        await RefusedAsync(() => viewer.RegisterAsync(Given.Worker).AsTask());
        await RefusedAsync(() => viewer.ControlAsync(new() { Job = id, Action = ControlAction.Cancel, By = "x", Reason = null }).AsTask());
        await RefusedAsync(() => viewer.SetQueuePausedAsync(Given.Queue, true, "x", null).AsTask());
        await RefusedAsync(() => viewer.ClaimAsync(new() { Worker = profile, Demands = [new(Given.Queue, 1)], SuspectAllowed = false }).AsTask());
    }

    [Theory]
    [InlineData("SELECT id FROM {0}.job", true)]
    [InlineData("SELECT queue, name FROM {0}.lane", true)]
    [InlineData("SELECT name, key, job, hash FROM {0}.dedup", true)]
    [InlineData("SELECT key FROM {0}.limit_mark", false)]
    [InlineData("UPDATE {0}.lane SET name = 'x'", false)]
    [InlineData("UPDATE {0}.lane SET queue = 'x'", false)]
    [InlineData("SELECT args FROM {0}.job", false)]
    [InlineData("SELECT state FROM {0}.job", false)]
    [InlineData("SELECT id FROM {0}.finished", false)]
    [InlineData("UPDATE {0}.job SET args = args", false)]
    [InlineData("DELETE FROM {0}.dedup", false)]
    public async Task What_an_enqueuer_sees_of_others_is_what_the_page_says(string statement, bool may)
    {
        var (_, source) = await OpenAsync(SuiteRoles.Enqueuer);
        await using var command = source.CreateCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, schema));
        var refused = await Record.ExceptionAsync(async () => await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(may, refused is null);
        if (!may) Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.IsType<PostgresException>(refused).SqlState);
    }

    [Theory]
    [InlineData("CREATE TABLE {0}.mine ()")]
    [InlineData("ALTER TABLE {0}.job ADD COLUMN mine integer")]
    [InlineData("DROP TABLE {0}.ask")]
    [InlineData("DELETE FROM {0}.migration")]
    [InlineData("DELETE FROM {0}.store")]
    public async Task A_worker_does_not_change_the_schema(string statement)
    {
        var (_, source) = await OpenAsync(SuiteRoles.Worker);
        await using var command = source.CreateCommand(string.Format(System.Globalization.CultureInfo.InvariantCulture, statement, schema));
        var refused = await Assert.ThrowsAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    static async Task RefusedAsync<T>(Func<Task<T>> call) => await RefusedAsync(async () => { _ = await call(); });

    static async Task RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<StoreException>(call);
        Assert.Contains("tidemark schema roles", refused.Message, StringComparison.Ordinal);
    }

    async Task<(PostgreSqlJobStore Store, NpgsqlDataSource Source)> OpenAsync(string role, Durability durability = Durability.PowerLoss)
    {
        var source = await SuiteRoles.ConnectAsync(role);
        var store = new PostgreSqlJobStore(source, new() { Schema = schema, Durability = durability, Migrate = false, PresenceDirectory = folder.FullName, HintInterval = TimeSpan.Zero });
        opened.Add(source);
        opened.Add(store);
        await store.OpenAsync();
        return (store, source);
    }
}
