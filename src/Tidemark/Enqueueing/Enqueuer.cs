using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Enqueueing;

/// <summary>Stage 1: request → validated, serialised row → store. Nothing invalid passes this edge.</summary>
internal sealed class Enqueuer(EngineParts parts)
{
    const int Piece = 1_000;
    const int MaxTags = 16;
    public const string DefaultQueue = "default";

    public async Task<EnqueueResult> EnqueueAsync<TArgs>(JobKey<TArgs> job, TArgs args, EnqueueOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // the last moment: no caller's token ever reaches a commit
        var row = Row(job, args, options);
        FaultPoints.Hit(FaultPoints.EnqueueBeforeCommit);
        var reply = (await parts.Store.EnqueueAsync([row], options.Transaction))[0];
        FaultPoints.Hit(FaultPoints.EnqueueAfterCommit);
        return reply.Verdict != EnqueueVerdict.Conflict
            ? new(reply.Id, reply.Verdict == EnqueueVerdict.Created)
            : throw new DedupConflictException($"The dedup key '{options.Dedup!.KeyText}' of '{job.Name}' is held by job {reply.Id} with other arguments; nothing was enqueued. Use another key, or the same arguments.", reply.Id);
    }

    public async Task<long> EnqueueManyAsync<TArgs>(JobKey<TArgs> job, IEnumerable<TArgs> args, EnqueueOptions options, CancellationToken cancellationToken)
    {
        if (options.Dedup is not null) throw new ArgumentException("A dedup key names one job. Enqueue such jobs one by one.", nameof(options));
        long accepted = 0;
        var writing = Task.FromResult(0L);
        using var pieces = args.Chunk(Piece).GetEnumerator();
        while (true)
        {
            var (rows, fault) = Next(); // made while the piece before is being written
            accepted += await writing; // first: whoever is told that it failed is told when nothing is under way any more
            fault?.Throw();
            if (rows is null) return accepted;
            writing = WriteAsync(rows, options.Transaction);
            if (options.Transaction is not null) await writing; // the user's connection: his enumerator may read on it
        }

        (NewJob[]? Rows, ExceptionDispatchInfo? Fault) Next()
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                return (pieces.MoveNext() ? Array.ConvertAll(pieces.Current, one => Row(job, one, options)) : null, null);
            }
            catch (Exception fault)
            {
                return (null, ExceptionDispatchInfo.Capture(fault));
            }
        }
    }

    async Task<long> WriteAsync(NewJob[] rows, DbTransaction? transaction)
    {
        await parts.Store.EnqueueAsync(rows, transaction);
        return rows.Length;
    }

    NewJob Row<TArgs>(JobKey<TArgs> job, TArgs args, EnqueueOptions options)
    {
        if (options.Priority is < -100 or > 100) throw new ArgumentOutOfRangeException(nameof(options), options.Priority, $"The priority is {options.Priority}. Use -100 to 100; each step counts as one minute of waiting.");
        if (args is null && !typeof(TArgs).IsValueType) throw new ArgumentNullException(nameof(args), $"The arguments of '{job.Name}' are null. Give a value; for none, a record without members.");
        if (parts.RoundTripFault(typeof(TArgs)) is { } lost) throw new ArgumentException($"The arguments of '{job.Name}' have the type {RoundTrip.NameOf(typeof(TArgs))}, which {lost}", nameof(args));
        byte[] json;
        try
        {
            json = parts.ToJson(args, parts.Options.MaxPayloadBytes, $"The arguments of '{job.Name}'");
        }
        catch (JobFaultException fault)
        {
            throw new ArgumentException(fault.Message, nameof(args), fault);
        }
        return new()
        {
            Name = job.Name,
            Queue = options.Queue is { } queue ? Names.Validate(queue, "queue name") : parts.Catalog.Find(job.Name)?.Queue ?? DefaultQueue,
            Arguments = json,
            Priority = options.Priority,
            DueAt = options.DueAt,
            Tags = Tags(options.Tags),
            Dedup = options.Dedup is { } dedup
                ? new() { Key = dedup.KeyText, ArgumentsHash = Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8)), Scope = dedup.Scope, Duration = dedup.Duration }
                : null,
            Limit = LimitOf(job, args, options.Limit),
            Parent = null,
            Visit = null,
        };
    }

    /// <summary>What is said for this one job, or else what its key says.</summary>
    /// <exception cref="ArgumentException">The user's function throws.</exception>
    public static LimitClaim? LimitOf<TArgs>(JobKey<TArgs> job, TArgs args, ConcurrencyLimit? said = null)
    {
        try
        {
            return (said ?? job.Limit?.Invoke(args)) is { } limit && limit != ConcurrencyLimit.None ? new() { Key = limit.Key, Places = limit.AtMost } : null;
        }
        catch (Exception fault) // of the user's own function: the enqueue is refused with it
        {
            throw new ArgumentException($"The limit of '{job.Name}' cannot be told from these arguments: {fault.Message}", nameof(args), fault);
        }
    }

    static string? Tags(IReadOnlyList<string>? tags)
    {
        if (tags is not { Count: > 0 }) return null;
        if (tags.Count > MaxTags) throw new ArgumentException($"{tags.Count} tags were given. Use at most {MaxTags}.", nameof(tags));
        foreach (var tag in tags) Names.Validate(tag, "tag");
        return $",{string.Join(',', tags)},";
    }
}
