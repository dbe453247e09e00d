using System.Data;
using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Reading;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Examined;

/// <summary>What <c>doctor</c> is told of a server: each trouble by itself, made for it, and no other.</summary>
public sealed class ConditionTests(ExaminedServer server) : IClassFixture<ExaminedServer>, IAsyncLifetime
{
    const string AsTestsAre = "fsync off"; // the server of these tests does not wait for its disk
    static int schemas;

    readonly string schema = $"examined_{Interlocked.Increment(ref schemas)}";
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-examined-");
    readonly List<IAsyncDisposable> made = [];

    public static TheoryData<string, string> Rows => new()
    {
        {
            "no partition for tomorrow",
            """
            DO $$ DECLARE day regclass; BEGIN
              FOR day IN SELECT inhrelid FROM pg_inherits WHERE inhparent = '{0}.finished'::regclass AND inhrelid <> '{0}.finished_default'::regclass LOOP EXECUTE 'DROP TABLE ' || day; END LOOP;
            END $$
            """
        },
        { "rows beside the days", "INSERT INTO {0}.finished (id, lane, fence, created_at, finished_at, priority, attempt, failures, crashes, state, has_memory, args) VALUES (1, 1, 1, 0, 0, 0, 1, 0, 0, 4, false, 'null')" },
        {
            "vacuum is behind",
            """
            INSERT INTO {0}.job (lane, rank, fence, created_at, priority, attempt, failures, crashes, state, gate, suspect, has_memory, args)
              SELECT 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, false, false, 'null' FROM generate_series(1, 100001);
            DELETE FROM {0}.job
            """
        },
        { "old transaction ids", "UPDATE pg_class SET relfrozenxid = ((pg_current_xact_id()::text::bigint + 4294967296 - 1100000000) % 4294967296)::text::xid WHERE oid = '{0}.job'::regclass" },
    };

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var one in made.AsEnumerable().Reverse()) await one.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Of_a_server_that_is_well_nothing_is_told()
    {
        var store = await OpenAsync();
        await ToldAsync(store);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task What_the_tables_have_come_to_is_told(string finding, string cause)
    {
        var store = await OpenAsync();
        await server.RunAsync(cause.Replace("{0}", schema, StringComparison.Ordinal));
        await ToldAsync(store, finding);
    }

    [Fact]
    public async Task A_role_that_does_not_wait_for_the_log_is_told() => await ToldAsync(await OpenAsync("Options=-c synchronous_commit=off"), "synchronous_commit off");

    [Fact]
    public async Task A_server_that_clears_nothing_away_is_told()
    {
        var store = await OpenAsync();
        await server.RunAsync("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()");
        try
        {
            await ToldAsync(store, "autovacuum off");
        }
        finally
        {
            await server.RunAsync("ALTER SYSTEM RESET autovacuum", "SELECT pg_reload_conf()");
        }
        await ToldAsync(store);
    }

    [Fact]
    public async Task A_server_whose_connections_run_out_is_told()
    {
        var store = await OpenAsync();
        for (var others = 0; others < 35; others++) made.Add(await server.ConnectAsync("other"));
        await ToldAsync(store, "few connections left");
    }

    [Fact]
    public async Task Who_holds_a_snapshot_is_told_by_name_once_he_has_held_it_for_long()
    {
        var store = await OpenAsync();
        await using var holder = await server.ConnectAsync("monthly report");
        await using var transaction = await holder.BeginTransactionAsync(IsolationLevel.RepeatableRead, Ending);
        await using (var look = new NpgsqlCommand("SELECT 1", holder)) await look.ExecuteScalarAsync(Ending);
        await ToldAsync(store); // not yet

        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Ending);
        using var statements = new StatementCache(connection, new Database(source, new() { Schema = schema }), prepare: false);
        var held = Assert.Single(new Condition(heldTooLong: 0).Examine(statements), found => found.Finding == "held snapshot");
        Assert.Contains("(monthly report)", held.Why, StringComparison.Ordinal);
    }

    async Task<IExaminedStore> OpenAsync(string setting = "Options=")
    {
        var source = NpgsqlDataSource.Create($"{server.ConnectionString};{setting};Maximum Pool Size=3");
        var store = new PostgreSqlJobStore(source, new() { Schema = schema, PresenceDirectory = folder.FullName, HintInterval = TimeSpan.Zero, Writers = 1, Readers = 1 });
        made.AddRange([source, store]);
        await store.OpenAsync();
        return store;
    }

    // A reload reaches a session, and what another has counted is seen, a moment after it has been asked for.
    static async Task ToldAsync(IExaminedStore store, params string[] expected)
    {
        string[] all = [AsTestsAre, .. expected], told;
        var limit = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        do
        {
            if ((told = [.. (await store.ExamineAsync()).Select(found => found.Finding)]).SequenceEqual(all)) return;
            await Task.Delay(20, Ending);
        }
        while (DateTime.UtcNow < limit);
        Assert.Equal(all, told);
    }
}
