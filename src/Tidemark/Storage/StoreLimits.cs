namespace Tidemark.Storage;

/// <summary>The limits that all stores share, each with its unit.</summary>
internal static class StoreLimits
{
    /// <summary>Rows a claim lets through <see cref="Gate.Due"/> a call: a claim's time stays bounded after a long pause.</summary>
    public const int GatesOpenedPerClaim = 1_000;

    /// <summary>
    /// Settled keys given with a recall. A stream that keeps more (one read by key) gives none: it asks
    /// <see cref="Running.ICheckpointStore.SettledAmongAsync"/>. Far above MaxAhead plus the largest page.
    /// </summary>
    public const int AheadGiven = 100_000;

    /// <summary>Log lines kept a job, the newest.</summary>
    public const int LogLinesKept = 200;

    /// <summary>Lines of ledger and audit that one reading of a job gives, the newest.</summary>
    public const int HistoryGiven = 1_000;

    /// <summary>Attempts that a presence remembers to have returned: more than a worker ever has waiting to be settled.</summary>
    public const int ReturnedRemembered = 16_384;

    /// <summary>Partitions of one stream: so many visits are enqueued in one write.</summary>
    public const int MaxPartitions = 256;

    /// <summary>Rows a page may ask for.</summary>
    public const int LargestPage = 1_000;

    /// <summary>Refuses a page size out of 1 to <see cref="LargestPage"/>.</summary>
    public static int Page(int limit) => limit is >= 1 and <= LargestPage
        ? limit
        : throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page of {limit} was asked for. Use 1 to {LargestPage}.");
}
