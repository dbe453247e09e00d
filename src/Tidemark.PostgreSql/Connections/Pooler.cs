using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Connections;

/// <summary>
/// Whether a pooler stands between, and gives each transaction another session of the server: then what one has prepared, the next one does not find.
/// Found out before the first job goes by it.
/// </summary>
internal static class Pooler
{
    public const string Remedy = "A pooler that gives each transaction another session keeps no prepared statements: set PrepareStatements to false, and Max Auto Prepare=0 and "
        + "No Reset On Close=true in the connection string; or use PgBouncer 1.21 and later with max_prepared_statements.";

    static readonly Sql BackendSql = Sql.Load("Leasing/Backend");
    static readonly Sql IsolationSql = Sql.Load("Connections/Isolation");
    static readonly Sql SharedSql = Sql.Load("Connections/SharedSession");
    static readonly Sql StoreIdSql = Sql.Load("Connections/StoreId");

    /// <summary>True if the server's process is the one that the driver was told of: a pooler tells a number of its own making.</summary>
    public static bool IsDirect(NpgsqlConnection connection, StatementCache statements) => statements.Get(BackendSql).First(row => row.Int64(0)) == connection.ProcessID;

    public static void Check(NpgsqlConnection connection, Database database)
    {
        using var plain = new StatementCache(connection, database, prepare: false);
        var (isolation, isCurrent) = plain.Get(IsolationSql).First(row => (row.Text(0), row.Flag(1)));
        if (!isCurrent && !IsDirect(connection, plain))
            throw new StoreException($"Transactions on the way to {database.Place} begin as {isolation}, which goes for a session, and behind a pooler none is kept. Set it for this role: ALTER ROLE … SET default_transaction_isolation = 'read committed'.");
        if (!database.Options.PrepareStatements || IsDirect(connection, plain)) return;
        using var second = database.OpenUnseen();
        using var seen = new StatementCache(second, database, prepare: false);
        using var preparing = new StatementCache(connection, database, prepare: true);
        try
        {
            preparing.Get(BackendSql).Any();
            if (seen.Get(SharedSql).Bind(1, BackendSql.In(database.Schema)).Any()) throw new StoreException($"The way to {database.Place} is shared in a way that prepared statements do not survive. {Remedy}");
        }
        finally
        {
            connection.UnprepareAll();
        }
    }

    /// <summary>Of the way past a pooler, once there is a schema: it must be one, and lead to the same store.</summary>
    public static void CheckDirect(NpgsqlConnection connection, Database database)
    {
        if (database.Options.DirectDataSource is null) return;
        using var past = database.OpenDirect();
        using var here = new StatementCache(connection, database, prepare: false);
        using var there = new StatementCache(past, database, prepare: false);
        if (!IsDirect(past, there)) throw new StoreException($"{nameof(TidemarkPostgreSqlOptions.DirectDataSource)} goes by a pooler too. Give it the server's own address, or leave it out.");
        if (IdOf(here) is var id && IdOf(there) is var other && other != id)
            throw new StoreException($"{nameof(TidemarkPostgreSqlOptions.DirectDataSource)} reaches another store ({other}) than the data source ({id}). Give it the same database.");
    }

    static string IdOf(StatementCache statements) => statements.Get(StoreIdSql).First(row => row.Text(0)!)!;
}
