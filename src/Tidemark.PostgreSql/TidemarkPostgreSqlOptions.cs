using System.Text.RegularExpressions;
using Npgsql;

namespace Tidemark.PostgreSql;

/// <summary>The settings of the PostgreSQL store. Every limit of it is here, with its unit; <see cref="Faults"/> is checked at start.</summary>
public sealed partial class TidemarkPostgreSqlOptions
{
    /// <summary>The schema that all tables lie in: lower-case letters, digits and underscores, at most 40. Default <c>tidemark</c>.</summary>
    public string Schema { get; set; } = "tidemark";

    /// <summary>
    /// Whether the schema is made and brought up to date at start. Default true. Set it to false where the worker's role may not,
    /// and let a process whose role may start once before.
    /// </summary>
    public bool Migrate { get; set; } = true;

    /// <summary>
    /// Where the data source goes by a pooler: a way past it, for the two connections of a process that live by their session, the one that beats and the one that
    /// listens; while a beat gets no answer, for two more. Null (the default): none. Then a dead worker is noticed after its lease only, and other processes' work is found by polling.
    /// It stays the caller's, who disposes of it after the host.
    /// </summary>
    public NpgsqlDataSource? DirectDataSource { get; set; }

    /// <summary>
    /// Whether statements are prepared once a connection, most of those that only read excepted. Default true. Behind PgBouncer in transaction mode it needs <c>max_prepared_statements</c>
    /// there (1.21 and later); with an older one set it to false.
    /// </summary>
    public bool PrepareStatements { get; set; } = true;

    /// <summary>What an accepted write survives. Default <see cref="Durability.PowerLoss"/>.</summary>
    public Durability Durability { get; set; } = Durability.PowerLoss;

    /// <summary>Connections that write, each with a thread; and as many more for what is enqueued under a key, which may have to wait for somebody's open transaction. Each is opened once it is needed. 1 to 64, default 2.</summary>
    public int Writers { get; set; } = 2;

    /// <summary>Connections that read, each with a thread. 1 to 64, default 2.</summary>
    public int Readers { get; set; } = 2;

    /// <summary>Operations that may wait for a connection; who comes later waits for room. 1 to 1,000,000, default 10,000.</summary>
    public int QueueLimit { get; set; } = 10_000;

    /// <summary>Write operations in one commit. 1 to 100,000, default 200.</summary>
    public int MaxOperationsPerCommit { get; set; } = 200;

    /// <summary>Rows after which a commit takes no further operation. 1 to 1,000,000, default 5,000. One operation may have more.</summary>
    public int MaxRowsPerCommit { get; set; } = 5_000;

    /// <summary>Jobs from which on one enqueue goes by COPY. 2 to 1,000,000, default 200; the most where what speaks PostgreSQL's protocol has no binary COPY.</summary>
    public int CopyFrom { get; set; } = 200;

    /// <summary>
    /// How long user code may hold a transaction of the store. Default 30 s. A second later the server itself ends one that stands still, whatever has
    /// become of the process, unless a pooler is between: there set <c>idle_in_transaction_session_timeout</c> for the worker's role.
    /// </summary>
    public TimeSpan UserTransactionTimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Between two hints that one process gives to the others, at least. Zero: none is given, and work is found by polling. Default 10 ms.</summary>
    public TimeSpan HintInterval { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The folder of the presence files of this host's workers; null: one of the store's own in the folder for temporary files.</summary>
    public string? PresenceDirectory { get; set; }

    /// <summary>A connection that has lain idle for longer is tried out before anything is entrusted to it. A seam: elsewhere than in tests it is a second.</summary>
    internal TimeSpan TriedAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Every setting that is out of its range, each as one sentence; empty if all is well.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (!PlainName().IsMatch(Schema)) faults.Add($"{nameof(Schema)} is '{Schema}': use a lower-case letter or underscore, then letters, digits and underscores, 40 in all at most.");
        faults.AddRange(Setting.Faults("",
            new(nameof(Writers), Writers, 1, 64),
            new(nameof(Readers), Readers, 1, 64),
            new(nameof(QueueLimit), QueueLimit, 1, 1_000_000),
            new(nameof(MaxOperationsPerCommit), MaxOperationsPerCommit, 1, 100_000),
            new(nameof(MaxRowsPerCommit), MaxRowsPerCommit, 1, 1_000_000),
            new(nameof(CopyFrom), CopyFrom, 2, 1_000_000),
            new(nameof(UserTransactionTimeLimit), UserTransactionTimeLimit, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            new(nameof(HintInterval), HintInterval, TimeSpan.Zero, TimeSpan.FromHours(1))));
        if (!Enum.IsDefined(Durability)) faults.Add($"{nameof(Durability)} is {(int)Durability}: use {string.Join(", ", Enum.GetNames<Durability>())}.");
        return faults;
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,39}$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex PlainName();
}
