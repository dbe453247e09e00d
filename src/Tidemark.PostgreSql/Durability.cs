namespace Tidemark.PostgreSql;

/// <summary>What an accepted write survives.</summary>
public enum Durability
{
    /// <summary>
    /// The death of any process of yours (kill -9), not a crash of the server: its commits do not wait for the disk (<c>synchronous_commit=off</c>, for the store's transactions
    /// alone), and a crash takes back those of the last moments (three times <c>wal_writer_delay</c> at most). What is left is whole, and every worker notices.
    /// </summary>
    ProcessCrash,

    /// <summary>Loss of power, on a disk that honours flush, if the server runs with <c>fsync</c> and <c>synchronous_commit</c> on. The default.</summary>
    PowerLoss,

    /// <summary>
    /// Loss of the primary too: the server waits for a synchronous standby at each commit (<c>synchronous_standby_names</c> is set, <c>synchronous_commit</c> is
    /// <c>on</c> or <c>remote_apply</c>; checked at start). A commit whose wait was cancelled is <em>unknown</em>, although the server calls it done.
    /// </summary>
    MachineLoss,
}
