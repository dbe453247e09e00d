using Npgsql;
using Tidemark.IntegrationTests.Cli.Spawning;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Stores;

/// <summary>A server of its own with a role, <c>guarded</c>, that must give a password; it asks nobody else for one.</summary>
public sealed class GuardedServer : IAsyncLifetime
{
    Server? server;

    internal string Folder => server!.Folder;

    public async ValueTask InitializeAsync()
    {
        server = await Server.StartAsync("fsync=off");
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var guard = source.CreateCommand($"""
            CREATE ROLE guarded LOGIN PASSWORD 'another';
            COPY (VALUES ('local all guarded scram-sha-256'), ('local all all trust')) TO '{server.Folder}/data/pg_hba.conf';
            SELECT pg_reload_conf();
            """);
        await guard.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var asked = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = "guarded", Password = "wrong", Pooling = false };
        await Eventually.Is(() =>
        {
            try
            {
                using var connection = new NpgsqlConnection(asked.ConnectionString);
                connection.Open();
                return false;
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                return true;
            }
        }, "the server to ask for passwords");
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }
}
