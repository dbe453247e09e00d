using SQLitePCL;

namespace Tidemark.Sqlite.Writing;

/// <summary>How the writer thread takes a connection away from user code that may be in the middle of a statement on it.</summary>
internal sealed class Leash
{
    private const int Opcodes = 10_000;
    private readonly sqlite3 _database;
    private volatile int _cutBy;   // the thread that took it away; 0: nobody has

    /// <summary>
    /// Not sqlite3_interrupt: that stays in force as long as any statement is open, an idle reader of the user's for instance, and would
    /// interrupt our own ROLLBACK too.
    /// </summary>
    public Leash(sqlite3 database)
    {
        _database = database;
        raw.sqlite3_progress_handler(database, Opcodes, _ => _cutBy is not 0 and var writer && writer != Environment.CurrentManagedThreadId ? 1 : 0, null);
    }

    /// <summary>
    /// First the connection is made unable to write, then its transaction goes: in the other order a statement could slip in between and
    /// commit beside the gate. A statement that is running now is ended. It stays open: the user's thread may be in it.
    /// </summary>
    public void Cut()
    {
        _cutBy = Environment.CurrentManagedThreadId;
        try
        {
            do raw.sqlite3_exec(_database, "PRAGMA query_only=ON");
            while (raw.sqlite3_get_autocommit(_database) == 0 && raw.sqlite3_exec(_database, "ROLLBACK") != raw.SQLITE_OK);
        }
        catch (ObjectDisposedException)
        {
            // User code has closed it, which has rolled it back.
        }
    }
}
