using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.IntegrationTests.PostgreSql.Pooled;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Tidemark.Leasing;
using Tidemark.Storage;
using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.PostgreSql.Contract;

/// <summary>A schema of its own on the shared server, whose clock stands still: the store's one clock function is replaced.</summary>
internal sealed class PostgreSqlUnderTest : IStoreUnderTest
{
    static int schemas;

    readonly ManualClock clock = new();
    readonly string schema = $"test_{Interlocked.Increment(ref schemas)}";
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-contract");
    readonly NpgsqlDataSource source;
    readonly PostgreSqlJobStore store;

    PostgreSqlUnderTest(string connection, bool isPooled)
    {
        source = NpgsqlDataSource.Create(connection);
        store = new(source, new() { Schema = schema, HintInterval = TimeSpan.Zero, PresenceDirectory = folder.FullName, PrepareStatements = !isPooled });
    }

    public IJobStore Store => store;

    public static async Task<IStoreUnderTest> CreateAsync() => await OpenAsync(new((await SharedServer.GetAsync()).ConnectionString, isPooled: false));

    /// <summary>Through a pooler in transaction mode.</summary>
    public static async Task<IStoreUnderTest> CreatePooledAsync() => await OpenAsync(new(await Bouncer.GetAsync(), isPooled: true));

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
        await source.DisposeAsync();
        folder.Delete(recursive: true);
    }

    async Task SetClockAsync()
    {
        await using var command = source.CreateCommand(
            $"CREATE OR REPLACE FUNCTION {schema}.now_ms() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT {clock.GetUtcNow().ToUnixTimeMilliseconds()}::bigint'");
        await command.ExecuteNonQueryAsync();
    }
}
