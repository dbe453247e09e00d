using System.Collections.Frozen;
using SQLitePCL;

namespace Tidemark.Sqlite.Files;

/// <summary>What SQLite answered, before it is told to anybody: <see cref="Fault"/> decides what becomes of the batch and of the store's health.</summary>
internal sealed class SqliteError : Exception
{
    private const int Moved = 8 | (4 << 8);

    private static readonly FrozenDictionary<int, (SqliteFault Fault, string Remedy)> ByCode = new Dictionary<int, (SqliteFault, string)>
    {
        [raw.SQLITE_FULL] = (SqliteFault.DiskFull, "Free space on its volume: writing goes on by itself within a second."),
        [raw.SQLITE_READONLY] = (SqliteFault.ReadOnly, "Make the file, its directory and its volume writable for this user: writing goes on by itself within a second."),
        [raw.SQLITE_PERM] = (SqliteFault.ReadOnly, "Make the file, its directory and its volume writable for this user."),
        [raw.SQLITE_CORRUPT] = (SqliteFault.Corrupt, "Stop every process that uses it, copy the file with its -wal and -shm aside, then restore a backup in place of all three or run the sqlite3 shell's .recover on the copy."),
        [raw.SQLITE_NOTADB] = (SqliteFault.NotADatabase, "Give the path of a Tidemark database, or of a file that does not exist yet."),
        [raw.SQLITE_IOERR] = (SqliteFault.InputOutput, "Look at the system's log for faults of the disk: writing goes on by itself once it works again."),
        [raw.SQLITE_CANTOPEN] = (SqliteFault.CannotOpen, "Check that the directory exists and that this user may write in it: SQLite keeps two more files beside the database."),
        [raw.SQLITE_NOMEM] = (SqliteFault.OutOfMemory, "Give the process more memory."),
        [raw.SQLITE_BUSY] = (SqliteFault.Busy, "Another program writes to this file without passing Tidemark's gate: close it, or begin its transactions with TidemarkSqlite.BeginAsync()."),
        [raw.SQLITE_PROTOCOL] = (SqliteFault.Busy, "Another program holds SQLite's locks on this file: close it."),
        [Moved] = (SqliteFault.Moved, "The file was moved, replaced or deleted while in use: put it back, or stop all workers before replacing it."),
    }.ToFrozenDictionary();

    private readonly string _text;

    public SqliteError(int code, string text, string? statement = null)
        : base(statement is null ? $"SQLite error {code}: {text}" : $"SQLite error {code}: {text} (in: {Head(statement)})")
    {
        Code = code;
        _text = $"SQLite error {code}: {text}";
        (Fault, Remedy) = ByCode.TryGetValue(code, out var exact) ? exact
            : ByCode.TryGetValue(code & 0xFF, out var primary) ? primary
            : (SqliteFault.Statement, "The file is well; this statement was refused.");
    }

    /// <summary>The extended result code.</summary>
    public int Code { get; }
    public SqliteFault Fault { get; }
    public string Remedy { get; }

    /// <summary>True if not the one operation is at fault but the file: nothing else can be written now either.</summary>
    public bool IsSystemic => Fault != SqliteFault.Statement;

    /// <summary>
    /// Of a file that is ill the statement says nothing: any other would have met the same.
    /// An I/O error while committing is rolled back and will not be read again by this or any other live process, but a loss of power
    /// before the next commit could still bring the frames back.
    /// </summary>
    public StoreException ToStoreException(string path) =>
        new($"The database '{path}' could not do it: {(IsSystemic ? _text : Message)}. {Remedy}", outcomeUnknown: Fault == SqliteFault.InputOutput, this);

    public static SqliteError From(sqlite3 database, string? statement = null) =>
        new(raw.sqlite3_extended_errcode(database), raw.sqlite3_errmsg(database).utf8_to_string(), statement);

    private static string Head(string statement)
    {
        var line = string.Join(' ', statement.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 120 ? line : line[..120] + "…";
    }
}
