using System.Data.Common;

namespace Tidemark;

/// <summary>What may be said of a job when it is enqueued.</summary>
public sealed record EnqueueOptions
{
    /// <summary>Not before this instant, by the store's clock. Null: now.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>−100 to 100: each step counts as one minute of waiting (claim order is due time − priority × 60 s), so nothing starves.</summary>
    public int Priority { get; init; }

    /// <summary>The queue; null for the one that the job was registered with, else "default".</summary>
    public string? Queue { get; init; }

    /// <summary>At most one job a key; null for no such limit.</summary>
    public Dedup? Dedup { get; init; }

    /// <summary>At most so many jobs of a key at a time; null for what the <see cref="JobKey{TArgs}.Limit"/> says, <see cref="ConcurrencyLimit.None"/> for none.</summary>
    public ConcurrencyLimit? Limit { get; init; }

    /// <summary>Up to 16 words for people and filters, each named like a job.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Enqueue inside this transaction: accepted if and when it commits. On SQLite it must come from <c>TidemarkSqlite.BeginAsync</c>.</summary>
    public DbTransaction? Transaction { get; init; }
}

/// <summary>What an enqueue did.</summary>
/// <param name="Id">The job's id: the new one's, or the one that already holds the dedup key.</param>
/// <param name="Created">True if this call created it.</param>
public readonly record struct EnqueueResult(JobId Id, bool Created);
