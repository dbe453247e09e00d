using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Files;

/// <summary>
/// One database file, checked and migrated, with its gate. Nothing in the process may open and close the database, its -wal or its
/// -shm by plain file calls: closing any descriptor of such a file drops all POSIX locks that SQLite holds on it in this process.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>"Tide": what tells our files from others'.</summary>
    public const int ApplicationId = 0x54696465;

    private SqliteFile(string path, TidemarkSqliteOptions options, WriteGate gate)
    {
        Path = path;
        Options = options;
        Gate = gate;
    }

    public string Path { get; }
    public string WalPath => Path + "-wal";
    public string SharedMemoryPath => Path + "-shm";
    public string PresencePath => Path + "-presence";
    public TidemarkSqliteOptions Options { get; }
    public WriteGate Gate { get; }

    public static SqliteFile Open(TidemarkSqliteOptions options) => Open(options, Migration.Embedded);

    public static SqliteFile Open(TidemarkSqliteOptions options, IReadOnlyList<Migration> migrations)
    {
        if (options.Faults() is { Count: > 0 } faults) throw new StoreException("The SQLite store's options are out of range. " + string.Join(" ", faults));
        var path = Resolve(System.IO.Path.GetFullPath(options.Path));
        CheckPlace(path);

        // In this order: the gate is made before the database, so a database without a gate is in no Tidemark process's hands.
        if (new FileInfo(path) is { Exists: true, Length: > 0 } && !File.Exists(GatePath(path))) FileIdentity.CheckUnused(path);

        var file = new SqliteFile(path, options, OpenGate(path));
        try
        {
            if (!file.IsReady(migrations)) file.Initialise(migrations);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public SqliteConnection Connect(ConnectionRole role) => Connections.Open(Options, Path, role);

    public void Dispose() => Gate.Dispose();

    // SQLite names what lies beside a database after the file itself, not after a link to it. So must we: two processes that come by different names would pass different gates.
    private static string Resolve(string path)
    {
        try
        {
            if (new FileInfo(path) is not { LinkTarget: not null } link) return path;
            return (OperatingSystem.IsWindows() ? null : Posix.RealPath(path)) ?? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }
        catch (IOException error)
        {
            throw new StoreException($"The link '{path}' cannot be followed: {error.Message} Give the path of the database file itself.", inner: error);
        }
    }

    private static void CheckPlace(string path)
    {
        if (Directory.Exists(path)) throw new StoreException($"'{path}' is a directory. Give the path of the database file in it, '{System.IO.Path.Combine(path, "tidemark.db")}' for instance.");
        var directory = System.IO.Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory)) throw new StoreException($"The directory '{directory}' of the database '{path}' does not exist. Create it, or give another path.");
        FileSystems.Check(directory);
    }

    private static string GatePath(string path) => path + "-gate";

    private static WriteGate OpenGate(string path)
    {
        try
        {
            return new WriteGate(GatePath(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The directory of '{path}' is not writable: {error.Message} Give this user the right to write there, make room on the disk, or give another path.", inner: error);
        }
    }

    /// <summary>True if there is nothing to do. Found out without the gate: who only reads must be able to start while somebody holds it.</summary>
    private bool IsReady(IReadOnlyList<Migration> migrations)
    {
        if (new FileInfo(Path) is not { Exists: true, Length: > 0 }) return false;
        using var connection = Connect(ConnectionRole.Reader);
        var database = connection.Handle!;
        try
        {
            if (Pragma.Number(database, "page_count") == 0) return false;
            FileIdentity.Check(database, Path);
            Migrator.RefuseNewer(database, Path, migrations);
            return Pragma.Text(database, "journal_mode") == "wal" && Migrator.IsDone(database, migrations);
        }
        catch (SqliteError error)
        {
            throw error.ToStoreException(Path);
        }
    }

    private void Initialise(IReadOnlyList<Migration> migrations)
    {
        if (!Gate.TryEnter(Options.GateWaitLimit))
            throw new StoreException($"Another process has held the gate of '{Path}' for {Options.GateWaitLimit.TotalSeconds:0} s. Look for a stopped process, or a user transaction that does not end; then start again.");
        try
        {
            CreateFile();
            using var connection = Connect(ConnectionRole.Writer);
            var database = connection.Handle!;
            try
            {
                // Before WAL mode, hence into the database file itself: from then on the header tells whose file it is, whatever the WAL holds.
                if (Pragma.Number(database, "page_count") == 0) Connections.Execute(database, $"PRAGMA application_id={ApplicationId}");
                FileIdentity.Check(database, Path);
                if (Pragma.Text(database, "journal_mode=WAL") is var mode && mode != "wal")
                    throw new StoreException($"'{Path}' stays in journal mode '{mode}' instead of 'wal'. Close the other programs that use it, and put it on a disk with shared memory.");
                Migrator.Run(database, Path, migrations);
            }
            catch (SqliteError error)
            {
                throw error.ToStoreException(Path);
            }
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>An empty file of mode 0600; SQLite gives -wal and -shm the mode of the database.</summary>
    private void CreateFile()
    {
        if (File.Exists(Path)) return;
        using var created = LockedFile.OpenNew(Path);   // no connection to it can exist yet: there was no file
    }
}
