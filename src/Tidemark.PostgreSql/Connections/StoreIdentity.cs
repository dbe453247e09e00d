using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Connections;

/// <summary>Which store this is, whether this server can be one, and what this role may.</summary>
/// <param name="Id">Its own, given when it was made.</param>
/// <param name="PresenceFolder">Of the presence files of this host's workers.</param>
/// <param name="MayMakeDays">Of the history. A role that only reads or enqueues leaves it to the workers.</param>
/// <param name="MindsCrashes">Of the server: commits do not wait for its disk.</param>
internal sealed record StoreIdentity(string Id, string PresenceFolder, bool MayMakeDays, bool MindsCrashes)
{
    const int OldestServer = 140_000;
    static readonly Sql StoreIdSql = Sql.Load("Connections/StoreId");

    public static StoreIdentity Check(NpgsqlConnection connection, Database database)
    {
        using var statements = new StatementCache(connection, database, prepare: false);
        var (id, version, encoding, waits, standbys, makesDays, writes, knowsCrashes) =
            statements.Get(StoreIdSql).First(row => (row.Text(0)!, row.Int32(1), row.Text(2)!, row.Text(3)!, row.Text(4)!, row.Flag(5), row.Flag(6), row.Flag(7)));
        if (version < OldestServer) throw new StoreException($"The server at {database.Place} is PostgreSQL {version / 10_000}. Use 14 or later.");
        if (encoding != "UTF8") throw new StoreException($"The database at {database.Place} is encoded in {encoding}. Make one with ENCODING 'UTF8'.");
        if (database.NeedsStandby && (standbys.Length == 0 || waits is not ("on" or "remote_apply")))
            throw new StoreException(
                $"{nameof(TidemarkPostgreSqlOptions.Durability)} is {Durability.MachineLoss}, but the server at {database.Place} waits for no standby: synchronous_standby_names is '{standbys}', synchronous_commit is '{waits}'. "
                + $"Name a standby, let synchronous_commit be on or remote_apply for this role, or choose {Durability.PowerLoss}.");
        if (!database.NeedsDisk && writes && !knowsCrashes)
            throw new StoreException(
                $"{nameof(TidemarkPostgreSqlOptions.Durability)} is {Durability.ProcessCrash}, but the role that opens the store at {database.Place} may not read and write the table unbroken, by which a crash of the server is noticed. "
                + $"Apply what \"tidemark schema roles\" writes again, or choose {Durability.PowerLoss}.");
        return new(id, database.Options.PresenceDirectory ?? Path.Combine(Path.GetTempPath(), "tidemark-" + id), makesDays, knowsCrashes && (!database.NeedsDisk || waits == "off"));
    }
}
