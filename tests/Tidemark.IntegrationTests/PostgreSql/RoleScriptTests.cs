using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.Settling;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Who may apply the script of the roles, and what it does to a schema that is there already.</summary>
public sealed class RoleScriptTests
{
    [Fact]
    public async Task A_schema_that_is_used_already_is_given_to_the_migrator_whole()
    {
        await using var plain = await PlainStore.CreateAsync();
        await WorksAsync(plain.Store);
        await plain.RunAsync(SchemaScript.Roles(plain.Schema, plain.Schema));
        Assert.Equal("", await OthersAsync(plain, $"{plain.Schema}_migrator"));
        await plain.RunAsync(SchemaScript.Roles(plain.Schema, plain.Schema));
        await OpensAsync(plain, $"{plain.Schema}_migrator", migrates: true);
        await OpensAsync(plain, $"{plain.Schema}_worker", migrates: false);
        await WorksAsync(plain.Store);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_may_make_roles_and_schemas_applies_it_without_being_a_superuser(bool afterMigrating)
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        await using var deployer = await MakeAsync(plain, $"{plain.Schema}_deployer");
        if (!afterMigrating) await RunAsync(deployer, SchemaScript.Roles(plain.Schema, plain.Schema));
        await RunAsync(deployer, SchemaScript.Of(plain.Schema, 0, Migration.Embedded.Count));
        await RunAsync(deployer, SchemaScript.Roles(plain.Schema, plain.Schema));
        Assert.Equal("", await OthersAsync(plain, $"{plain.Schema}_migrator"));
        await OpensAsync(plain, $"{plain.Schema}_worker", migrates: false);
    }

    [Fact]
    public async Task Who_may_not_give_a_schema_away_is_told_whose_it_is_and_nothing_is_changed()
    {
        await using var plain = await PlainStore.CreateAsync();
        await using var deployer = await MakeAsync(plain, $"{plain.Schema}_deployer");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(deployer, SchemaScript.Roles(plain.Schema, plain.Schema)));
        Assert.Contains($"The schema {plain.Schema} belongs to tidemark, and {plain.Schema}_deployer may not give it", refused.MessageText, StringComparison.Ordinal);
        Assert.Contains("as a superuser", refused.MessageText, StringComparison.Ordinal);
        Assert.Equal(0, await plain.AskAsync<long>($"SELECT count(*) FROM pg_roles WHERE rolname = '{plain.Schema}_worker'"));
    }

    [Fact]
    public async Task A_schema_that_is_everybody_s_is_given_to_nobody()
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => plain.RunAsync(SchemaScript.Roles("public", plain.Schema)));
        Assert.Contains("a schema of its own", refused.MessageText, StringComparison.Ordinal);
    }

    static async Task<NpgsqlDataSource> MakeAsync(PlainStore plain, string role)
    {
        await plain.RunAsync($"CREATE ROLE {role} LOGIN CREATEROLE; GRANT CREATE ON DATABASE postgres TO {role}");
        return await ConnectAsync(role);
    }

    static async Task<NpgsqlDataSource> ConnectAsync(string role) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder((await SharedServer.GetAsync()).ConnectionString) { Username = role });

    static async Task OpensAsync(PlainStore plain, string role, bool migrates)
    {
        await plain.RunAsync($"ALTER ROLE {role} LOGIN");
        await using var source = await ConnectAsync(role);
        var folder = Directory.CreateTempSubdirectory("tidemark-roles-");
        await using (var store = new PostgreSqlJobStore(source, new() { Schema = plain.Schema, Migrate = migrates, PresenceDirectory = folder.FullName }))
        {
            await store.OpenAsync();
            await WorksAsync(store);
        }
        folder.Delete(recursive: true);
    }

    static async Task WorksAsync(PostgreSqlJobStore store)
    {
        var worker = await store.RegisterAsync(Given.Worker);
        await store.EnqueueAsync([Given.Job], null);
        var job = Assert.Single((await store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 1)], SuspectAllowed = false })).Jobs);
        Assert.Equal(SettleVerdict.Settled, Assert.Single(await store.SettleAsync([Given.Outcome(job, worker, JobEvent.Succeed)])));
        await store.RetireAsync(worker);
    }

    // What in the schema, with itself, belongs to somebody else.
    static Task<string> OthersAsync(PlainStore plain, string role) => plain.AskAsync<string>($"""
        SELECT COALESCE(string_agg(name, ' '), '') FROM (
          SELECT nspname::text AS name, nspowner AS owner FROM pg_namespace WHERE nspname = '{plain.Schema}'
          UNION ALL SELECT relname, relowner FROM pg_class WHERE relnamespace = '{plain.Schema}'::regnamespace
          UNION ALL SELECT proname, proowner FROM pg_proc WHERE pronamespace = '{plain.Schema}'::regnamespace
        ) AS things WHERE owner <> '{role}'::regrole
        """);

    static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
