using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Examined;

/// <summary>A server with few connections, whose settings may be changed, and which clears nothing away of itself meanwhile.</summary>
public sealed class ExaminedServer : IAsyncLifetime
{
    Server? server;

    internal string ConnectionString => server!.ConnectionString;

    public async ValueTask InitializeAsync() => server = await Server.StartAsync("fsync=off", "shared_buffers=32MB", "max_connections=40", "autovacuum_naptime=2147483s");

    public ValueTask DisposeAsync() => server is null ? default : server.DisposeAsync();

    /// <summary>Each statement in a session that ends with it: what it has counted is told by then.</summary>
    internal async Task RunAsync(params string[] statements)
    {
        foreach (var statement in statements)
        {
            await using var connection = await ConnectAsync("test");
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>A session of nobody's pool.</summary>
    internal async Task<NpgsqlConnection> ConnectAsync(string name)
    {
        var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false;Application Name={name}");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
