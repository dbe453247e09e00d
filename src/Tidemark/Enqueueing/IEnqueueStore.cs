using System.Data.Common;

namespace Tidemark.Enqueueing;

/// <summary>Stage 1: a request becomes a row.</summary>
internal interface IEnqueueStore
{
    /// <summary>
    /// Accepts the jobs, all or none, in the caller's transaction if one is given. A dedup key that is held answers with
    /// its holder, also one of the same batch; if any answer is <see cref="EnqueueVerdict.Conflict"/>, nothing was accepted, and the others only
    /// say what would have been (id 0 where there is none). The holder's scope rules, whatever scope is asked for; a key with a duration is held
    /// while now &lt; enqueue + duration. A transaction that this store cannot write in is an <see cref="ArgumentException"/>.
    /// A job due later than the store's now waits behind <see cref="Storage.Gate.Due"/>, and so does every one with a limit: a claim lets it in.
    /// </summary>
    ValueTask<EnqueueReply[]> EnqueueAsync(IReadOnlyList<NewJob> jobs, DbTransaction? transaction);
}

/// <summary>A job to accept. Everything is validated: sizes, names, JSON.</summary>
internal sealed record NewJob
{
    public required string Name { get; init; }
    public required string Queue { get; init; }

    /// <summary>UTF-8 JSON, kept byte-identical for the job's whole life.</summary>
    public required byte[] Arguments { get; init; }

    public required int Priority { get; init; }

    /// <summary>Null: now, by the store's clock.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    /// <summary>Normalised as <c>,a,b,</c> so that a filter is one substring; null for none.</summary>
    public required string? Tags { get; init; }

    public required DedupClaim? Dedup { get; init; }

    /// <summary>Null: none.</summary>
    public LimitClaim? Limit { get; init; }

    public required JobId? Parent { get; init; }
    public required Visit? Visit { get; init; }

    /// <summary>
    /// A job that has ended with <see cref="Settling.Settlement.KeepMemory"/>: its streams (settled keys, counters, open quarantine, retry list)
    /// become this job's, no longer ended, in the same transaction. Null: none. Ignored where that job has no memory any more, or has not ended.
    /// Quarantine that a living visit has claimed stays with its job until the visit has ended; memos are not inherited, a new job runs its steps.
    /// </summary>
    public JobId? Inherits { get; init; }
}

/// <summary>At most so many jobs of a key at a time, of all names and queues.</summary>
internal sealed record LimitClaim
{
    public required string Key { get; init; }
    public required int Places { get; init; }
}

/// <summary>A dedup key asked for; its scope is the job's name.</summary>
internal sealed record DedupClaim
{
    public required string Key { get; init; }

    /// <summary>First 16 hex characters of the SHA-256 of the arguments: the same key with other arguments is an error.</summary>
    public required string ArgumentsHash { get; init; }

    public required DedupScope Scope { get; init; }

    /// <summary>Set for <see cref="DedupScope.ForDuration"/> only.</summary>
    public required TimeSpan? Duration { get; init; }
}

/// <summary>A child job that enters RunAsync for one stream of its parent only.</summary>
internal sealed record Visit
{
    public required string Stream { get; init; }
    public required VisitKind Kind { get; init; }
}

internal enum VisitKind
{
    QuarantineReplay = 0,
    Partition = 1,
}

internal enum EnqueueVerdict
{
    Created,
    Existing,
    Conflict,
}

/// <summary>The answer for one job: its own id, or the holder's.</summary>
internal readonly record struct EnqueueReply(JobId Id, EnqueueVerdict Verdict);
