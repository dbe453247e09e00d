using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;

namespace Tidemark.TortureHost;

/// <summary>The database under torture: small thresholds, so that checkpoints and resets of the WAL happen all the time.</summary>
internal static class TortureStore
{
    public const long WalLimit = 16L << 20;

    /// <summary>Rows move from live to done, so pages are freed and used again; the tallies tell a page that went back in time.</summary>
    private static readonly Migration[] Schema =
    [
        new(1, "torture", """
            CREATE TABLE live (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
            CREATE TABLE done (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
            CREATE INDEX done_key ON done (key);
            CREATE TABLE tally (writer INTEGER PRIMARY KEY, rows INTEGER NOT NULL) STRICT;
            """),
    ];

    public static string Database(string folder) => Path.Combine(folder, "torture.db");

    public static SqliteFile Open(string folder, Action<TidemarkSqliteOptions>? change = null)
    {
        var options = new TidemarkSqliteOptions
        {
            Path = Database(folder),
            WalCheckpointPages = 100,
            WalLimitBytes = WalLimit,
            WalIdleDelay = TimeSpan.FromMilliseconds(100),
        };
        change?.Invoke(options);
        return SqliteFile.Open(options, Schema);
    }
}
