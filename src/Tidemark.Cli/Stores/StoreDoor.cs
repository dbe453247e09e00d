using Microsoft.Extensions.Logging;

namespace Tidemark.Cli.Stores;

/// <summary>Opens the store that was named on the command line.</summary>
internal static class StoreDoor
{
    /// <summary>Made if it is not there, and brought up to date.</summary>
    /// <exception cref="UsageException">The place is none for a store, or another program's.</exception>
    internal static async Task<OpenedStore> OpenOrCreateAsync(string said, ILogger? logger = null)
    {
        var place = StorePlace.Read(said);
        return place.Server is null ? await SqliteDoor.OpenAsync(place, logger) : (await PostgreSqlDoor.OpenAsync(place, mayMake: true))!;
    }

    /// <summary>Null if there is none: whoever only reads must not make one.</summary>
    internal static async Task<OpenedStore?> OpenExistingAsync(string said)
    {
        var place = StorePlace.Read(said);
        if (place.Server is not null) return await PostgreSqlDoor.OpenAsync(place, mayMake: false);
        return File.Exists(place.Path) || Directory.Exists(place.Path) ? await SqliteDoor.OpenAsync(place, null) : null;
    }
}
