using System.Net.Sockets;
using Npgsql;
using Tidemark.PostgreSql;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.Cli.Stores;

/// <summary>Opens a PostgreSQL store. Nothing else of this program names the driver: it is loaded when a server was named, and not before.</summary>
internal static class PostgreSqlDoor
{
    /// <param name="place">Whose server.</param>
    /// <param name="mayMake">The schema is made and brought up to date; else one that is missing is answered by null, and an old one refused.</param>
    internal static async Task<OpenedStore?> OpenAsync(StorePlace place, bool mayMake)
    {
        var options = new TidemarkPostgreSqlOptions { Migrate = mayMake, Writers = 1, Readers = 1 };
        // A verb ends before anybody could listen, and what it asks for is found by polling.
        if (!mayMake) options.HintInterval = TimeSpan.Zero;
        var source = Source(place.Server!, options);
        var store = new PostgreSqlJobStore(source, options);
        try
        {
            await store.OpenAsync();
            return new(store, null, source);
        }
        catch (Exception fault)
        {
            await store.DisposeAsync();
            await source.DisposeAsync();
            if (fault is StoreException { InnerException: SchemaVersionMismatch { Found: 0 } }) return null;
            if (fault is StoreException && IsNoPlace(fault.InnerException)) throw new UsageException(fault.Message);
            throw;
        }
    }

    static NpgsqlDataSource Source(IReadOnlyList<KeyValuePair<string, string>> pairs, TidemarkPostgreSqlOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder { ApplicationName = "tidemark", MaxPoolSize = 8 };
        foreach (var (key, value) in pairs)
        {
            if (string.Equals(key, ServerKeys.Schema, StringComparison.OrdinalIgnoreCase)) options.Schema = value;
            else Set(connection, key, value);
        }
        if (options.Faults() is [{ } fault, ..]) throw new UsageException($"--store: {fault}");
        // Of several, the one that can be written.
        if (connection.Host!.Contains(',') && connection.TargetSessionAttributes is null) connection.TargetSessionAttributes = "primary";
        try
        {
            return NpgsqlDataSource.Create(connection);
        }
        catch (Exception mistake) when (mistake is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            throw new UsageException($"--store contradicts itself: {mistake.Message}");
        }
    }

    static void Set(NpgsqlConnectionStringBuilder connection, string key, string value)
    {
        try
        {
            connection[key] = value;
        }
        catch (Exception mistake) when (mistake is ArgumentException or FormatException or InvalidCastException or OverflowException or NotSupportedException or KeyNotFoundException)
        {
            throw new UsageException($"--store: '{key}' is no key of a connection, or has no value that it can take. Keys: Host, Port, Database, Username, Password, SSL Mode, Schema, and what else Npgsql knows.");
        }
    }

    // A mistake of whoever typed it, not of the server: a name that nobody has, a role or a database that is not there, a wrong password.
    static bool IsNoPlace(Exception? fault) => fault switch
    {
        PostgresException refused => refused.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName,
        SocketException socket => socket.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData,
        { InnerException: { } inner } => IsNoPlace(inner),
        NpgsqlException { InnerException: null } refused => refused.Message.Contains("password", StringComparison.OrdinalIgnoreCase), // none was given where one is asked for
        _ => false,
    };
}
