using System.Data.Common;

namespace Tidemark.Cli.Stores;

/// <summary>What <c>--store</c> names: a SQLite file, or a schema on a PostgreSQL server. Passwords are in <see cref="Server"/> only, which nobody prints.</summary>
/// <param name="Shown">For people.</param>
/// <param name="Path">The file; null: a server is meant.</param>
/// <param name="Server">What was said of the server, by key; null: a file is meant.</param>
internal sealed record StorePlace(string Shown, string? Path, IReadOnlyList<KeyValuePair<string, string>>? Server)
{
    static readonly string[] PathKeys = ["Data Source", "DataSource", "Filename"];
    static readonly string[] ServerWords = ["host", "server", "database", "username", "user id", "user", "password", "pwd"];

    /// <exception cref="UsageException">It names neither, or asks for what a SQLite store decides by itself.</exception>
    internal static StorePlace Read(string said)
    {
        if (ServerUrl.Is(said)) return OfServer(ServerUrl.Read(said));
        if (said.Contains("://", StringComparison.Ordinal))
            throw new UsageException("--store is a URL of a kind that is not known. Give the path of a SQLite file, or postgresql://USER@HOST/DATABASE.");
        if (NamesServer(said)) return OfServer(Pairs(said));
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
        var database = Of("Database") is { } name ? $" database {name}" : "";
        return new($"PostgreSQL at {host}{database}{(Of(ServerKeys.Schema) is { } schema ? $" schema {schema}" : "")}", null, pairs);
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

    // By hand: whoever names a file pays for no expression.
    static bool NamesServer(string said) =>
        said.Contains('=') && Array.Exists(said.Split(';'), part => part.IndexOf('=') is > 0 and var at && ServerWords.Contains(part[..at].Trim(), StringComparer.OrdinalIgnoreCase));
}
