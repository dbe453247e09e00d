using Microsoft.Extensions.Logging;
using Tidemark.Sqlite;

namespace Tidemark.Cli.Runs;

/// <summary>Opens the store that was named on the command line.</summary>
internal static class StoreFile
{
    /// <summary>Made if it is not there.</summary>
    internal static async Task<SqliteJobStore> OpenOrCreateAsync(string place, ILogger? logger = null)
    {
        RefuseServers(place);
        var store = new SqliteJobStore(new TidemarkSqliteOptions { Path = place }, TimeProvider.System, logger);
        try
        {
            await store.OpenAsync();
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null if there is none: whoever only reads must not make one.</summary>
    internal static async Task<SqliteJobStore?> OpenExistingAsync(string place)
    {
        RefuseServers(place);
        return File.Exists(place) || Directory.Exists(place) ? await OpenOrCreateAsync(place) : null;
    }

    static void RefuseServers(string place)
    {
        if (place.Contains("://", StringComparison.Ordinal) || place.Contains("Host=", StringComparison.OrdinalIgnoreCase))
            throw new UsageException("--store looks like a server's connection string; this build knows SQLite files only. Give the path of a file.");
    }
}
