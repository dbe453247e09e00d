using Npgsql;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>The schema made by hand, in pieces, and used by programs that are older than it.</summary>
public sealed class SchemaScriptTests
{
    static readonly int Newest = Migration.Embedded.Count;

    [Fact]
    public async Task What_the_script_makes_is_what_the_migrations_make_and_it_may_be_applied_again()
    {
        await using var migrated = await PlainStore.CreateAsync();
        await using var scripted = await PlainStore.CreateUnopenedAsync();
        await scripted.RunAsync(SchemaScript.Of(scripted.Schema, 0, Newest));
        Assert.Equal(await ShapeAsync(migrated), await ShapeAsync(scripted));
        await scripted.RunAsync(SchemaScript.Of(scripted.Schema, 0, Newest));
        Assert.Equal(await ShapeAsync(migrated), await ShapeAsync(scripted));
        await WorksAsync(await scripted.ConnectAsync(migrates: false));
    }

    [Fact]
    public async Task A_schema_that_is_behind_is_refused_with_the_script_that_mends_it_where_nothing_may_be_migrated()
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        var none = await Assert.ThrowsAsync<StoreException>(() => plain.ConnectAsync(migrates: false));
        Assert.Contains("There is no schema", none.Message, StringComparison.Ordinal);
        await plain.RunAsync(SchemaScript.Of(plain.Schema, 0, 3));
        var behind = await Assert.ThrowsAsync<StoreException>(() => plain.ConnectAsync(migrates: false));
        Assert.Contains($"is at version 3, this Tidemark needs {Newest}", behind.Message, StringComparison.Ordinal);
        Assert.Contains($"--for postgresql --schema {plain.Schema} --from 3", behind.Message, StringComparison.Ordinal);
        await plain.RunAsync(SchemaScript.Of(plain.Schema, 3, Newest));
        await WorksAsync(await plain.ConnectAsync(migrates: false));
    }

    [Fact]
    public async Task The_rest_of_a_script_goes_on_from_a_schema_that_tells_only_its_versions()
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        await plain.RunAsync(SchemaScript.Of(plain.Schema, 0, Newest - 1));
        await plain.RunAsync($"ALTER TABLE {plain.Schema}.migration DROP COLUMN serves");
        await plain.RunAsync(SchemaScript.Of(plain.Schema, Newest - 1, Newest));
        await WorksAsync(await plain.ConnectAsync(migrates: false));
    }

    [Fact]
    public async Task The_rest_of_a_script_is_refused_where_its_beginning_was_not_applied()
    {
        await using var plain = await PlainStore.CreateUnopenedAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => plain.RunAsync(SchemaScript.Of(plain.Schema, 3, Newest)));
        Assert.Contains("begins at version 3, and the schema is at version 0", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_goes_on_while_a_newer_release_adds_to_its_schema()
    {
        await using var plain = await PlainStore.CreateAsync();
        await plain.RunAsync($"""
            ALTER TABLE {plain.Schema}.job ADD COLUMN later text;
            ALTER TABLE {plain.Schema}.finished ADD COLUMN later text NOT NULL DEFAULT '';
            ALTER TABLE {plain.Schema}.stream ADD COLUMN later bigint;
            CREATE TABLE {plain.Schema}.later (id bigint);
            INSERT INTO {plain.Schema}.migration (version, name, serves) VALUES (4711, 'later', {Newest});
            """);
        await WorksAsync(plain.Store);
        await WorksAsync(await plain.ConnectAsync());
    }

    [Fact]
    public async Task A_schema_that_no_longer_serves_a_program_is_refused_with_its_version()
    {
        await using var plain = await PlainStore.CreateAsync();
        await plain.RunAsync($"INSERT INTO {plain.Schema}.migration (version, name, serves) VALUES (4711, 'later', 4700)");
        var refused = await Assert.ThrowsAsync<StoreException>(() => plain.ConnectAsync());
        Assert.Contains("is at version 4711, which serves programs of version 4700", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_serves_whom_the_one_before_it_served_unless_it_says_otherwise()
    {
        for (var at = 1; at < Newest; at++) Assert.True(Migration.Embedded[at].Serves >= Migration.Embedded[at - 1].Serves);
        Assert.All(Migration.Embedded, migration => Assert.InRange(migration.Serves, 1, migration.Version));
    }

    static async Task WorksAsync(PostgreSqlJobStore store)
    {
        var worker = await store.RegisterAsync(Given.Worker);
        await store.EnqueueAsync([Given.Job], null);
        await store.EnqueueAsync([.. Enumerable.Repeat(Given.Job, 250)], null); // by COPY
        var jobs = (await store.ClaimAsync(new() { Worker = worker, Demands = [new(Given.Queue, 251)], SuspectAllowed = false })).Jobs;
        Assert.Equal(251, jobs.Length);
        Assert.All(await store.SettleAsync([.. jobs.Select(job => Given.Outcome(job, worker, JobEvent.Succeed))]), verdict => Assert.Equal(Tidemark.Settling.SettleVerdict.Settled, verdict));
        await store.RetireAsync(worker);
    }

    // Columns, indexes, constraints and functions, as the catalogue tells them, without the schema's name.
    static Task<string> ShapeAsync(PlainStore plain) => plain.AskAsync<string>($"""
        SELECT replace(replace(string_agg(line, E'\n' ORDER BY line), '"{plain.Schema}".', ''), '{plain.Schema}.', '') FROM (
          SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || COALESCE(' ' || column_default, '') AS line
          FROM information_schema.columns WHERE table_schema = '{plain.Schema}' AND table_name !~ '^finished_[0-9]'
          UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = '{plain.Schema}' AND tablename !~ '^finished_[0-9]'
          UNION ALL SELECT conrelid::regclass::text || ' ' || pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = '{plain.Schema}' AND conrelid::regclass::text !~ 'finished_[0-9]'
          UNION ALL SELECT p.proname || ' ' || p.prosecdef || ' ' || p.prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = '{plain.Schema}'
          UNION ALL SELECT relname || ' ' || COALESCE(array_to_string(reloptions, ','), '') FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE n.nspname = '{plain.Schema}' AND relkind = 'r' AND relname !~ '^finished_[0-9]'
          UNION ALL SELECT version || ' ' || name || ' ' || serves FROM {plain.Schema}.migration
        ) AS shape
        """);
}
