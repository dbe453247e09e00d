using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Enqueueing;
using Tidemark.PostgreSql.Leasing;
using Tidemark.PostgreSql.Reading;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Upkeep;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage.Presence;

namespace Tidemark.PostgreSql;

/// <summary>What an open store consists of, made in its order: checked and migrated, then threads, then what uses them.</summary>
internal sealed record OpenParts(
    Database Database, StoreThreads Writer, StoreThreads Keyed, StoreThreads Readers, Lanes Lanes, InsertSet Inserting, Mover Mover, LowWater Water, MarksRound Round, Days Days, Workers Workers, StoreGuard Guard, Rescuer Rescuer,
    JobQueries Jobs, StoreQueries Store, Condition Condition, Neighbours Neighbours) : IAsyncDisposable
{
    public static async ValueTask<OpenParts> OpenAsync(NpgsqlDataSource source, TidemarkPostgreSqlOptions options, Action heard, Action beatWanted)
    {
        var database = new Database(source, options) { Rest = { Over = beatWanted } };
        StoreIdentity identity;
        try
        {
            await using var connection = await database.OpenAsync(CancellationToken.None);
            Pooler.Check(connection, database);
            Migrator.Run(connection, database, Migration.Embedded);
            Pooler.CheckDirect(connection, database);
            identity = StoreIdentity.Check(connection, database);
        }
        catch (NpgsqlException error)
        {
            throw Faults.ToStoreException(error, database.Place, atCommit: false);
        }
        (database.History.Store, database.History.MindsCrashes) = (identity.Id, identity.MindsCrashes);
        var presences = new PresenceDirectory(identity.PresenceFolder);
        var writer = new StoreThreads(database, "tidemark-writer", options.Writers, options.MaxOperationsPerCommit);
        var keyed = new StoreThreads(database, "tidemark-keyed", options.Writers, options.MaxOperationsPerCommit); // who waits for a key that a user's open transaction has taken is waited for by no others
        var readers = new StoreThreads(database, "tidemark-reader", options.Readers, maxOperations: 1);
        var lanes = new Lanes(database);
        var mover = new Mover(lanes);
        var workers = new Workers(database, writer, presences);
        OpenParts open = new(database, writer, keyed, readers, lanes, new(lanes), mover, new(), new(), new(writer), workers, new(database.History, workers, writer), new(readers, writer, presences, mover), new(lanes, presences),
            new(database, presences), new(), new(database, heard));
        try
        {
            if (identity.MayMakeDays) await open.Days.KeepAsync(emptiedBefore: null);
            return open;
        }
        catch (StoreException)
        {
            await open.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Neighbours.DisposeAsync();
        await Writer.DisposeAsync();
        await Keyed.DisposeAsync();
        await Readers.DisposeAsync();
        Workers.Dispose();
    }
}
