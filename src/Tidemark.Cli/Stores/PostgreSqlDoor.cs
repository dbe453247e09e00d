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
            return new(store, null, source, IsRefusal);
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
        bool TellsSecret(string text) => pairs.Any(pair => ServerKeys.IsSecret(pair.Key) && text.Contains(pair.Value, StringComparison.Ordinal));
        foreach (var (key, value) in pairs)
        {
            if (string.Equals(key, ServerKeys.Schema, StringComparison.OrdinalIgnoreCase)) options.Schema = value;
            else Set(connection, key, value, ServerKeys.IsSecret(key) || TellsSecret(value));
        }
        if (options.Faults() is [{ } fault, ..]) throw new UsageException($"--store: {fault}");
        // Of several, the one that can be written.
        if (connection.Host!.Contains(',') && connection.TargetSessionAttributes is null) connection.TargetSessionAttributes = "primary";
        try
        {
            return NpgsqlDataSource.Create(connection);
        }
        catch (Exception mistake) when (mistake is ArgumentException or InvalidOperationException or NotSupportedException or FormatException or OverflowException)
        {
            // In the driver's words, unless they repeat what nobody may read.
            var silent = mistake is FormatException or OverflowException || TellsSecret(mistake.Message);
            throw new UsageException($"--store contradicts itself{(silent ? ", or has a value that the driver cannot read. Look at its hosts, ports and files." : $": {mistake.Message}")}");
        }
    }

    static void Set(NpgsqlConnectionStringBuilder connection, string key, string value, bool silent)
    {
        if (!connection.TryGetValue(key, out var usual))
            throw new UsageException($"--store: {ServerKeys.Shown(key)} is no key of a connection. Keys: Host, Port, Database, Username, Password, SSL Mode, Schema, and what else Npgsql knows.");
        try
        {
            connection[key] = value;
            if (connection.Port > 65535) throw new FormatException("the driver takes any");
        }
        catch (Exception mistake) when (mistake is ArgumentException or FormatException or InvalidCastException or OverflowException or NotSupportedException or KeyNotFoundException)
        {
            throw new UsageException($"--store: '{key}' {(silent ? "has a value that it does not take" : $"is '{value}'")}. It takes {Allowed(key, usual)}.");
        }
    }

    static string Allowed(string key, object? usual) => usual switch
    {
        Enum one => string.Join(", ", Enum.GetNames(one.GetType())),
        bool => "true or false",
        int when string.Equals(key, "Port", StringComparison.OrdinalIgnoreCase) => "a whole number from 1 to 65535",
        int or long => $"a whole number, like {usual}, in the range that Npgsql documents",
        _ => $"what Npgsql documents for {key}",
    };

    // Class 42: what is missing, or not allowed; 3F: no such schema.
    static bool IsRefusal(StoreException fault) => fault.InnerException is PostgresException { SqlState: ['4', '2', ..] or ['3', 'F', ..] };

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
