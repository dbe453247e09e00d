using System.Data.Common;
using System.Globalization;

namespace Tidemark.Cli.Stores;

/// <summary>What <c>--store</c> names: a SQLite file, or a schema on a PostgreSQL server. Passwords are in <see cref="Server"/> only, which nobody prints.</summary>
/// <param name="Shown">For people.</param>
/// <param name="Path">The file; null: a server is meant.</param>
/// <param name="Server">What was said of the server, by key; null: a file is meant.</param>
internal sealed record StorePlace(string Shown, string? Path, IReadOnlyList<KeyValuePair<string, string>>? Server)
{
    static readonly string[] PathKeys = ["Data Source", "DataSource", "Filename"];
    static readonly string[] ServerWords = ["host", "server", "database", "username", "user id", "user", "password", "pwd"];

    // Nobody names a file so. What could not be read is not told: a password may be a part of it.
    static readonly string[] MeantForServer = ["password=", "pwd=", "dbname=", "pgpassword="];

    /// <exception cref="UsageException">It names neither, or asks for what a SQLite store decides by itself.</exception>
    internal static StorePlace Read(string said)
    {
        if (ServerUrl.Is(said)) return OfServer(ServerUrl.Read(said));
        if (said.Contains("://", StringComparison.Ordinal))
            throw new UsageException("--store is a URL of a kind that is not known. Give the path of a SQLite file, or postgresql://USER@HOST/DATABASE.");
        if (NamesServer(said)) return OfServer(Pairs(said));
        if (IsMeantForServer(said))
            throw new UsageException("--store looks like a server's, and cannot be read. Write postgresql://USER:PASSWORD@HOST/DATABASE, or \"Host=db;Database=jobs;Username=worker\".");
        var path = PathOf(said);
        return new(path, path, null);
    }

    static StorePlace OfServer(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        string? Of(string key) => pairs.LastOrDefault(pair => string.Equals(pair.Key, key, StringComparison.OrdinalIgnoreCase)).Value;
        var host = Of("Host") ?? Of("Server");
        if (string.IsNullOrWhiteSpace(host)) throw new UsageException("--store names a server by keys, but no Host among them. Example: \"Host=db;Database=jobs;Username=worker\".");
        // As libpq writes it, with blanks between: its password would stand in the host's name, and be told with it.
        if (host.Contains('=')) throw new UsageException("--store separates its keys by blanks. Use semicolons: \"Host=db;Database=jobs;Username=worker\".");
        foreach (var one in host.Split(',')) CheckPort(one.Trim());
        var database = Of("Database") is { } name ? $" database {name}" : "";
        return new($"PostgreSQL at {host}{database}{(Of(ServerKeys.Schema) is { } schema ? $" schema {schema}" : "")}", null, pairs);
    }

    // By hand: the driver's own complaint repeats what it could not read, which is half a password where one has a / in it.
    static void CheckPort(string host)
    {
        var colon = host.LastIndexOf(':');
        if (host.StartsWith('/') || colon < 0 || colon < host.IndexOf(']')) return;
        if (host.IndexOf(':') < colon && !host.StartsWith('[')) return; // an IPv6 address without a port
        if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            throw new UsageException($"--store: a host's port is no number from 1 to 65535. {ServerUrl.Escape}");
    }

    static List<KeyValuePair<string, string>> Pairs(string said)
    {
        try
        {
            var given = new DbConnectionStringBuilder { ConnectionString = said };
            return [.. given.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, (string)given[key]))];
        }
        catch (ArgumentException)
        {
            // What could not be read is not told: a password may be a part of it.
            throw new UsageException("--store looks like a server's connection string and cannot be read. Write KEY=VALUE;KEY=VALUE, a value with ; or = in it in quotes.");
        }
    }

    /// <summary>The file that is meant: a path, or a connection string that names nothing but one.</summary>
    static string PathOf(string place)
    {
        if (place.StartsWith("file:", StringComparison.OrdinalIgnoreCase)) throw new UsageException($"--store '{place}' is a URI. Give the path of a file.");
        if (!Array.Exists(PathKeys, key => place.TrimStart().StartsWith(key, StringComparison.OrdinalIgnoreCase) && place.Contains('='))) return place;
        try
        {
            var given = new DbConnectionStringBuilder { ConnectionString = place };
            if (given.Count == 1 && given.Values.Cast<object>().Single() is string { Length: > 0 } path && path != ":memory:") return path;
        }
        catch (ArgumentException)
        {
            // no connection string after all: said below
        }
        throw new UsageException($"--store '{place}' names more than a file, or none. Give the path of a file, or \"Data Source=PATH\" and nothing else.");
    }

    static bool IsMeantForServer(string said)
    {
        var dense = said.Replace(" ", "", StringComparison.Ordinal);
        return Array.Exists(["postgres:", "postgresql:"], scheme => dense.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            || Array.Exists(MeantForServer, word => dense.Contains(word, StringComparison.OrdinalIgnoreCase));
    }

    // By hand: whoever names a file pays for no expression.
    static bool NamesServer(string said) =>
        said.Contains('=') && Array.Exists(said.Split(';'), part => part.IndexOf('=') is > 0 and var at && ServerWords.Contains(part[..at].Trim(), StringComparer.OrdinalIgnoreCase));
}
