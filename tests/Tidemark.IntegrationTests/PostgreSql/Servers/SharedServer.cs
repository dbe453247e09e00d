using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace Tidemark.IntegrationTests.PostgreSql.Servers;

/// <summary>
/// One server for all tests of a run that are content with a schema of their own; started by the first that asks. It does not wait for the disk:
/// what is tested on it is what PostgreSQL does, not what a loss of power leaves.
/// </summary>
public sealed class SharedServer : IAsyncLifetime
{
    static readonly Lazy<Task<Server>> Started = new(() => Server.StartAsync(
        "fsync=off", "full_page_writes=off", "shared_buffers=128MB", "max_connections=400", "max_wal_size=1GB", "deadlock_timeout=200ms"));

    static readonly Lazy<Task<NpgsqlDataSource>> Supers = new(async () => NpgsqlDataSource.Create((await GetAsync()).ConnectionString));

    internal static Task<Server> GetAsync() => Started.Value;

    /// <summary>For what tests do beside the stores, as the superuser. One for all: each source asks the server for all its types, of all schemas that there are.</summary>
    internal static Task<NpgsqlDataSource> ConnectAsync() => Supers.Value;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (!Started.IsValueCreated) return;
        if (Supers is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: { } source } }) await source.DisposeAsync();
        // One that did not start has told so in every test that asked for it.
        if (await Started.Value.ContinueWith(start => start.IsCompletedSuccessfully ? start.Result : null, TaskScheduler.Default) is { } server) await server.DisposeAsync();
    }
}
