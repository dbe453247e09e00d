using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;

namespace Tidemark.Cli.Runs;

/// <summary>Opens the store that was named on the command line.</summary>
internal static class StoreFile
{
    static readonly string[] PathKeys = ["Data Source", "DataSource", "Filename"];

    /// <summary>Made if it is not there.</summary>
    /// <exception cref="UsageException">The place is none for a store, or another program's.</exception>
    internal static async Task<SqliteJobStore> OpenOrCreateAsync(string place, ILogger? logger = null)
    {
        var path = PathOf(place);
        var store = new SqliteJobStore(new TidemarkSqliteOptions { Path = path }, TimeProvider.System, logger);
        try
        {
            await store.OpenAsync();
            return store;
        }
        catch (Exception fault)
        {
            await store.DisposeAsync();
            if (fault is StoreException && IsNoPlace(path, fault)) throw new UsageException(fault.Message);
            throw;
        }
    }

    /// <summary>Null if there is none: whoever only reads must not make one.</summary>
    internal static async Task<SqliteJobStore?> OpenExistingAsync(string place)
    {
        var path = PathOf(place);
        return File.Exists(path) || Directory.Exists(path) ? await OpenOrCreateAsync(path) : null;
    }

    /// <summary>The file that is meant: a path, or a connection string that names nothing but one.</summary>
    /// <exception cref="UsageException">It is a server's, or asks for what this store decides by itself.</exception>
    internal static string PathOf(string place)
    {
        if (place.Contains("://", StringComparison.Ordinal) || place.Contains("Host=", StringComparison.OrdinalIgnoreCase))
            throw new UsageException("--store looks like a server's connection string; this build knows SQLite files only. Give the path of a file.");
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

    // A mistake of whoever typed the path, not of the store that is there.
    static bool IsNoPlace(string path, Exception fault) =>
        Directory.Exists(path)
        || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
        || fault.InnerException is SqliteError { Fault: SqliteFault.NotADatabase }
        || (fault.InnerException is null && File.Exists(path) && !File.Exists(path + "-gate"));
}
