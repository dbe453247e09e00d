using SQLitePCL;
using Tidemark.Sqlite.Native;

namespace Tidemark.Sqlite.Files;

/// <summary>
/// Are the files that are open still those that the path names? SQLite itself does not look in WAL mode: it goes on committing to a file that was
/// deleted, or replaced by a backup, and whatever is accepted there is gone with the process.
/// </summary>
internal static unsafe class InPlace
{
    private const int HasMoved = 20;   // SQLITE_FCNTL_HAS_MOVED; not known on Windows, where a file in use cannot be moved
    private const int Moved = 8 | (4 << 8);   // SQLITE_READONLY_DBMOVED

    /// <summary>Inside a transaction, before it commits. Three looks at the directory, microseconds beside a flush.</summary>
    /// <exception cref="SqliteError">One of the files is not there any more.</exception>
    public static void Check(sqlite3 database, SqliteFile file)
    {
        var moved = 0;
        if (SqliteCalls.sqlite3_file_control(database.DangerousGetHandle(), null, HasMoved, &moved) == raw.SQLITE_OK && moved != 0) throw Missed(file.Path);
        if (!File.Exists(file.WalPath)) throw Missed(file.WalPath);
        if (!File.Exists(file.SharedMemoryPath)) throw Missed(file.SharedMemoryPath);
    }

    private static SqliteError Missed(string path) => new(Moved, $"'{path}' is not the file that was opened");
}
