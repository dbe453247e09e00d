using Microsoft.Extensions.Logging;
using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;

namespace Tidemark.Cli.Stores;

/// <summary>Opens a SQLite store.</summary>
internal static class SqliteDoor
{
    /// <summary>Made if it is not there.</summary>
    /// <exception cref="UsageException">The place is none for a store, or another program's.</exception>
    internal static async Task<OpenedStore> OpenAsync(StorePlace place, ILogger? logger)
    {
        var path = place.Path!;
        var store = new SqliteJobStore(new TidemarkSqliteOptions { Path = path }, TimeProvider.System, logger);
        try
        {
            await store.OpenAsync();
            return new(store, path, null);
        }
        catch (Exception fault)
        {
            await store.DisposeAsync();
            if (fault is StoreException && IsNoPlace(path, fault)) throw new UsageException(fault.Message);
            throw;
        }
    }

    // A mistake of whoever typed the path, not of the store that is there.
    static bool IsNoPlace(string path, Exception fault) =>
        Directory.Exists(path)
        || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)))
        || fault.InnerException is SqliteError { Fault: SqliteFault.NotADatabase }
        || (fault.InnerException is null && File.Exists(path) && !File.Exists(path + "-gate"));
}
