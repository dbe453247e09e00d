using Npgsql;
using Tidemark.IntegrationTests.PostgreSql.Servers;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql.Disturbances;

/// <summary>A server that may be stopped, with few connections to give.</summary>
public sealed class DisturbedServer : IAsyncLifetime
{
    const int Connections = 60;

    Server? server;

    internal Server Server => server!;

    public async ValueTask InitializeAsync() =>
        server = await Server.StartAsync("fsync=off", "shared_buffers=64MB", $"max_connections={Connections}", "superuser_reserved_connections=1", "deadlock_timeout=200ms");

    public ValueTask DisposeAsync() => server!.DisposeAsync();

    /// <summary>Of all sessions but the one that says it.</summary>
    internal async Task TerminateAllAsync()
    {
        await using var connection = new NpgsqlConnection(Server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Takes every connection that the server has to give, and those of the others too; gives them back after so many seconds.</summary>
    internal async Task ExhaustAsync(TimeSpan time)
    {
        var held = new List<NpgsqlConnection>();
        try
        {
            await TerminateAllAsync();
            var refused = 0;
            while (refused < 3)
            {
                var one = new NpgsqlConnection(Server.ConnectionString + ";Pooling=false");
                held.Add(one);
                try
                {
                    await one.OpenAsync();
                }
                catch (NpgsqlException)
                {
                    refused++;
                }
            }
            await Task.Delay(time);
        }
        finally
        {
            foreach (var one in held) await one.DisposeAsync();
        }
    }
}
