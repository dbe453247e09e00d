namespace Tidemark.Sqlite;

/// <summary>The settings of the SQLite store. Every limit of it is here, with its unit; <see cref="Faults"/> is checked at start.</summary>
public sealed class TidemarkSqliteOptions
{
    /// <summary>The database file; its directory must exist, be writable and lie on a local disk. Relative paths count from the working directory.</summary>
    public required string Path { get; set; }

    /// <summary>What an accepted write survives. Default: loss of power.</summary>
    public Durability Durability { get; set; } = Durability.PowerLoss;

    /// <summary>Write operations that may wait for the writer thread; who comes later waits for room. 1 to 1,000,000, default 10,000.</summary>
    public int WriterQueueLimit { get; set; } = 10_000;

    /// <summary>Write operations in one commit. 1 to 100,000, default 2,000.</summary>
    public int MaxOperationsPerCommit { get; set; } = 2_000;

    /// <summary>Rows after which a commit takes no further operation. 1 to 1,000,000, default 10,000. One operation may have more.</summary>
    public int MaxRowsPerCommit { get; set; } = 10_000;

    /// <summary>How long a write may wait for the other processes before it fails: one of them is stopped or hangs in a transaction. Default 30 s.</summary>
    public TimeSpan GateWaitLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for a writer that does not pass the gate (a tool, a shell) before a commit fails. Default 5 s.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a user transaction may hold the gate; then it is rolled back. All other writers wait meanwhile. Default 5 s.</summary>
    public TimeSpan UserTransactionTimeLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Pages this process writes to the WAL before it copies them back into the database. 10 to 1,000,000, default 4,000 (16 MiB).</summary>
    public int WalCheckpointPages { get; set; } = 4_000;

    /// <summary>Size of the WAL file in bytes above which it is cut back, or a warning tells that a reader prevents it. Default 256 MiB.</summary>
    public long WalLimitBytes { get; set; } = 256L << 20;

    /// <summary>How long the writer must have had nothing to do before it empties the WAL. Default 2 s.</summary>
    public TimeSpan WalIdleDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections for reading that may be open at a time. 1 to 1,000, default 8.</summary>
    public int MaxReaders { get; set; } = 8;

    /// <summary>How long a read may wait for one of them. Default 30 s.</summary>
    public TimeSpan ReaderWaitLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Every setting that is out of its range, each as one sentence; empty if all is well.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(Path)) faults.Add($"{nameof(Path)} is empty: give the path of the database file.");
        if (!Enum.IsDefined(Durability)) faults.Add($"{nameof(Durability)} is {(int)Durability}: use {nameof(Durability.ProcessCrash)} or {nameof(Durability.PowerLoss)}.");
        var (briefest, longest) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
        faults.AddRange(Setting.Faults("",
            new(nameof(WriterQueueLimit), WriterQueueLimit, 1, 1_000_000),
            new(nameof(MaxOperationsPerCommit), MaxOperationsPerCommit, 1, 100_000),
            new(nameof(MaxRowsPerCommit), MaxRowsPerCommit, 1, 1_000_000),
            new(nameof(WalCheckpointPages), WalCheckpointPages, 10, 1_000_000),
            new(nameof(WalLimitBytes), WalLimitBytes, 1L << 20, 1L << 40),
            new(nameof(MaxReaders), MaxReaders, 1, 1_000),
            new(nameof(GateWaitLimit), GateWaitLimit, briefest, longest),
            new(nameof(BusyTimeout), BusyTimeout, briefest, longest),
            new(nameof(UserTransactionTimeLimit), UserTransactionTimeLimit, briefest, longest),
            new(nameof(WalIdleDelay), WalIdleDelay, briefest, longest),
            new(nameof(ReaderWaitLimit), ReaderWaitLimit, briefest, longest)));
        return faults;
    }
}
