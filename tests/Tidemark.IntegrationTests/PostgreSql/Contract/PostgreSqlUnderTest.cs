using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.IntegrationTests.PostgreSql.Pooled;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.PostgreSql.Contract;

/// <summary>
/// A schema of its own on the shared server, made by the migrator's role, used by the worker's, which may not migrate. Its clock stands still: the store's
/// one clock function is replaced, by a superuser.
/// </summary>
internal sealed class PostgreSqlUnderTest : IStoreUnderTest
{
    static int schemas;

    readonly ManualClock clock = new();
    readonly string schema = $"test_{Interlocked.Increment(ref schemas)}";
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-contract");
    readonly NpgsqlDataSource super;
    readonly NpgsqlDataSource worker;
    readonly PostgreSqlJobStore store;

    PostgreSqlUnderTest(NpgsqlDataSource super, NpgsqlDataSource worker, bool isPooled)
    {
        (this.super, this.worker) = (super, worker);
        store = new(worker, new() { Schema = schema, Migrate = isPooled, HintInterval = TimeSpan.Zero, PresenceDirectory = folder.FullName, PrepareStatements = !isPooled });
    }

    public IJobStore Store => store;

    public static async Task<IStoreUnderTest> CreateAsync()
    {
        var made = new PostgreSqlUnderTest(await SharedServer.ConnectAsync(), await SuiteRoles.ConnectAsync(SuiteRoles.Worker), isPooled: false);
        await SuiteRoles.MakeSchemaAsync(made.schema);
        return await OpenAsync(made);
    }

    /// <summary>Through a pooler in transaction mode, as whoever owns the schema.</summary>
    public static async Task<IStoreUnderTest> CreatePooledAsync() =>
        await OpenAsync(new(await SharedServer.ConnectAsync(), NpgsqlDataSource.Create(await Bouncer.GetAsync()), isPooled: true));

    static async Task<PostgreSqlUnderTest> OpenAsync(PostgreSqlUnderTest made)
    {
        await made.store.OpenAsync();
        await made.SetClockAsync();
        return made;
    }

    public Task PassAsync(TimeSpan time)
    {
        clock.Pass(time);
        return SetClockAsync();
    }

    public Task KillWorkerAsync(WorkerId worker)
    {
        store.LetGo(worker);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        await worker.DisposeAsync();
        folder.Delete(recursive: true);
    }

    async Task SetClockAsync()
    {
        await using var command = super.CreateCommand(
            $"CREATE OR REPLACE FUNCTION {schema}.now_ms() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT {clock.GetUtcNow().ToUnixTimeMilliseconds()}::bigint'");
        await command.ExecuteNonQueryAsync();
    }
}
