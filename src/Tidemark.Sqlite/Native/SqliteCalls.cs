using System.Runtime.InteropServices;

namespace Tidemark.Sqlite.Native;

/// <summary>
/// The calls into SQLite that are made for each row and each column. SQLitePCLRaw guards its handle around every one of them, which took a sixth
/// of the writer's time; here the statement's owner vouches for the handle. The library is the one that SQLitePCLRaw's bundle brings.
/// </summary>
/// <remarks>
/// Without a change of the thread's GC mode are only calls that neither block nor call back nor touch the disk. <c>sqlite3_step</c> and
/// <c>sqlite3_reset</c> may do all three.
/// </remarks>
internal static unsafe partial class SqliteCalls
{
    private const string Library = "e_sqlite3";

    /// <summary>SQLITE_TRANSIENT: SQLite copies what is bound.</summary>
    public const nint Transient = -1;

    [LibraryImport(Library)]
    public static partial int sqlite3_step(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_reset(nint statement);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int sqlite3_bind_int64(nint statement, int index, long value);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int sqlite3_bind_null(nint statement, int index);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_blob(nint statement, int index, byte* value, int bytes, nint destructor);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_text(nint statement, int index, byte* value, int bytes, nint destructor);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int sqlite3_column_type(nint statement, int column);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial long sqlite3_column_int64(nint statement, int column);

    [LibraryImport(Library)]
    public static partial byte* sqlite3_column_blob(nint statement, int column);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int sqlite3_column_bytes(nint statement, int column);

    [LibraryImport(Library)]
    [SuppressGCTransition]
    public static partial int sqlite3_changes(nint database);

    /// <summary>Not for each row: SQLitePCLRaw does not have it.</summary>
    [LibraryImport(Library)]
    public static partial int sqlite3_file_control(nint database, byte* schema, int operation, void* argument);
}
