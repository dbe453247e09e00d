using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tidemark.Sqlite.Files;

internal enum ConnectionRole
{
    /// <summary>The writer thread's own.</summary>
    Writer,

    /// <summary>Refuses to write.</summary>
    Reader,

    /// <summary>Lent to user code with the gate held.</summary>
    Lent,
}

/// <summary>
/// Opens connections that obey the file's rules: no checkpoint but the gated ones (neither automatic nor at close), the durability
/// asked for, no memory mapping. Every connection of the store comes from here.
/// </summary>
internal static class Connections
{
    private const int NoCheckpointOnClose = 1006;   // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
    private const long JournalSizeLimit = 64L << 20;

    public static SqliteConnection Open(TidemarkSqliteOptions options, string path, ConnectionRole role) =>
        Prepare(new SqliteConnection(ConnectionString(path, options)), options, path, role);

    public static string ConnectionString(string path, TidemarkSqliteOptions options) => new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
        DefaultTimeout = Math.Max(1, (int)options.BusyTimeout.TotalSeconds),
    }.ToString();

    public static SqliteConnection Prepare(SqliteConnection connection, TidemarkSqliteOptions options, string path, ConnectionRole role)
    {
        try
        {
            connection.Open();
            var database = connection.Handle!;
            raw.sqlite3_extended_result_codes(database, 1);
            Check(database, raw.sqlite3_db_config(database, NoCheckpointOnClose, 1, out _));
            foreach (var pragma in Pragmas(options, role)) Execute(database, "PRAGMA " + pragma);
            return connection;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw new SqliteError(error.SqliteExtendedErrorCode, error.Message).ToStoreException(path);
        }
        catch (SqliteError error)
        {
            connection.Dispose();
            throw error.ToStoreException(path);
        }
    }

    public static void Execute(sqlite3 database, string sql)
    {
        if (raw.sqlite3_exec(database, sql) != raw.SQLITE_OK) throw SqliteError.From(database, sql);
    }

    private static IEnumerable<string> Pragmas(TidemarkSqliteOptions options, ConnectionRole role)
    {
        yield return "wal_autocheckpoint=0";   // first: nothing may be written before it
        yield return $"busy_timeout={(long)options.BusyTimeout.TotalMilliseconds}";
        yield return options.Durability == Durability.PowerLoss ? "synchronous=FULL" : "synchronous=NORMAL";
        yield return $"journal_size_limit={Math.Min(JournalSizeLimit, options.WalLimitBytes)}";
        yield return "trusted_schema=OFF";
        yield return "cell_size_check=ON";
        yield return "mmap_size=0";
        yield return "temp_store=MEMORY";   // a savepoint's journal must not need disk space
        if (role == ConnectionRole.Writer) yield return "cache_size=-16384";
        if (role == ConnectionRole.Writer) yield return "foreign_keys=OFF"; // a lookup for each row inserted; lanes are never deleted. User code gets SQLite's own default.
        if (role == ConnectionRole.Reader) yield return "query_only=ON";
    }

    private static void Check(sqlite3 database, int code)
    {
        if (code != raw.SQLITE_OK) throw SqliteError.From(database);
    }
}
