using SQLitePCL;
using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// The only one in the process that checkpoints the WAL, and only with the gate held. Small and often (passive, after a commit), cut
/// back when idle or too large. Used by the writer thread only.
/// </summary>
internal sealed class WalKeeper(SqliteFile file, sqlite3 database, TimeProvider time)
{
    private const int StatusCacheWrite = 9;   // SQLITE_DBSTATUS_CACHE_WRITE: pages this connection has written to the WAL
    private const int PageSize = 4096;
    private const int TruncatePatience = 50;  // ms to wait for readers: the gate is held meanwhile
    private static readonly TimeSpan WarnEvery = TimeSpan.FromMinutes(1);

    // What dead processes have left counts as ours: a fleet that is killed more often than it checkpoints must not let the WAL grow.
    private long _pagesSinceCheckpoint = new FileInfo(file.WalPath) is { Exists: true } wal ? wal.Length / PageSize : 0;
    private bool _worthTruncating = true;
    private long _lastWarning;

    /// <summary>The writer's connection; another one once it has been replaced.</summary>
    public sqlite3 Database { get; set; } = database;

    /// <summary>Called when a reader keeps the WAL from being reset while it is over its limit. It may throw: nobody is left to be told of that.</summary>
    public Action<string>? Warn { get; set; }

    public long Checkpoints { get; private set; }

    /// <summary>Counts what was committed; with the gate held. True: <see cref="Checkpoint"/> is due before the gate is left.</summary>
    public bool IsDue(sqlite3 committedBy)
    {
        raw.sqlite3_db_status(committedBy, StatusCacheWrite, out var pages, out _, resetFlg: 1);
        _pagesSinceCheckpoint += pages;
        if (pages > 0) _worthTruncating = true;
        return _pagesSinceCheckpoint >= file.Options.WalCheckpointPages;
    }

    /// <summary>With the gate held. Copies the WAL back as far as readers allow; cuts it back if it is too large.</summary>
    public void Checkpoint()
    {
        Checkpoints++;
        Run(raw.SQLITE_CHECKPOINT_PASSIVE, out var logged, out var copied);
        // A reader was in the way: try again after half as much more, not after each commit.
        _pagesSinceCheckpoint = copied == logged ? 0 : file.Options.WalCheckpointPages / 2;
        if (WalBytes <= file.Options.WalLimitBytes) return;
        if (Truncate()) return;
        if (_lastWarning != 0 && time.GetElapsedTime(_lastWarning) < WarnEvery) return;
        _lastWarning = time.GetTimestamp();
        Say($"The WAL of '{file.Path}' has {WalBytes >> 20} MiB (limit {file.Options.WalLimitBytes >> 20} MiB, WalLimitBytes) and cannot be reset: a reader has been open for too long. Close other programs that read the file.");
    }

    /// <summary>With the gate not held: takes it only if it is free.</summary>
    public void WhenIdle()
    {
        if (!_worthTruncating || !file.Gate.TryEnter()) return;
        try
        {
            if (Truncate()) _worthTruncating = false;
        }
        finally
        {
            file.Gate.Exit();
        }
    }

    /// <summary>With the gate held, after a full disk: what is copied back makes room in the WAL for the next commit.</summary>
    public void Reclaim() => Run(raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);

    private void Say(string warning)
    {
        try
        {
            Warn?.Invoke(warning);
        }
        catch (Exception)
        {
            // A logger whose sink is gone, say. The writer thread must live on.
        }
    }

    private long WalBytes => new FileInfo(file.WalPath) is { Exists: true } wal ? wal.Length : 0;

    private bool Truncate()
    {
        raw.sqlite3_busy_timeout(Database, TruncatePatience);
        try
        {
            var done = Run(raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
            if (done) _pagesSinceCheckpoint = 0;
            return done;
        }
        finally
        {
            raw.sqlite3_busy_timeout(Database, (int)file.Options.BusyTimeout.TotalMilliseconds);
        }
    }

    /// <summary>Its failure is no failure of a write: the WAL holds everything, and the next commit will find out what is wrong with the disk.</summary>
    private bool Run(int mode, out int logged, out int copied) =>
        raw.sqlite3_wal_checkpoint_v2(Database, "main", mode, out logged, out copied) == raw.SQLITE_OK;
}
