using Tidemark.Running;

namespace Tidemark.Storage.InMemory;

/// <summary>One partition of a stream: who walks it, and whether that visit has succeeded.</summary>
internal sealed class PartitionRow
{
    public required JobId Visit { get; init; }
    public bool Done { get; set; }
}

/// <summary>A stream as last saved.</summary>
internal sealed class StreamRow
{
    readonly HashSet<string> settled = new(StringComparer.Ordinal);

    public required string Name { get; init; }
    public required DateTimeOffset SavedAt { get; set; }
    public long Number { get; set; }
    public bool Ended { get; set; }
    public BreakerMemory? Breaker { get; private set; }
    public StreamPace? Pace { get; private set; }
    public ItemFailure? Failure { get; private set; }

    /// <summary>
    /// Items that replay visits moved from quarantined to done. Kept beside the counters, which the job's own attempts save
    /// as sums: a parent that still runs would otherwise overwrite what its visits did.
    /// </summary>
    public long MovedByVisits { get; set; }

    public SortedDictionary<string, RetryItem> RetryList { get; } = new(StringComparer.Ordinal);
    public SortedDictionary<string, SuspectItem> Suspects { get; } = new(StringComparer.Ordinal);

    /// <summary>The visits that walk it, in the order of their indexes; empty: it is not split.</summary>
    public List<PartitionRow> Partitions { get; } = [];

    byte[]? cursor;
    string? fingerprint;
    StreamCounters counters;

    /// <summary>As people read them: with what visits have moved.</summary>
    public StreamCounters Counters => counters with { Done = counters.Done + MovedByVisits, Quarantined = counters.Quarantined - MovedByVisits };

    public bool IsSettled(string key) => settled.Contains(key);

    /// <param name="rows">What is saved.</param>
    /// <param name="takenBack">Of its <see cref="CheckpointRows.TakenBack"/> those that were in quarantine indeed.</param>
    /// <param name="now">By the store's clock.</param>
    public void Save(CheckpointRows rows, IReadOnlyList<RetryItem> takenBack, DateTimeOffset now)
    {
        Number++;
        SavedAt = now;
        cursor = Bytes.Copy(rows.Cursor);
        fingerprint = rows.Fingerprint;
        counters = rows.Counters with { Quarantined = rows.Counters.Quarantined - takenBack.Count };
        Breaker = rows.Breaker;
        Pace = rows.Pace ?? Pace;
        Failure = rows.Failure is { } failure ? failure with { At = StoreLaw.ToMilliseconds(failure.At) } : Failure;
        Ended = rows.Ended;
        settled.UnionWith(rows.Settled);
        settled.ExceptWith(rows.Passed);
        foreach (var key in rows.RetryDone) RetryList.Remove(key);
        foreach (var item in rows.RetryLater.Concat(takenBack))
            RetryList[item.Key] = item with { Payload = Bytes.Copy(item.Payload), DueAt = StoreLaw.ToMilliseconds(item.DueAt) };
        foreach (var key in rows.Acquitted) Suspects.Remove(key);
    }

    /// <summary>A visit for a partition of it has succeeded: what it counted is added, once. Null: it has saved nothing.</summary>
    public void Add(StreamRow? partition, DateTimeOffset now)
    {
        if (partition is not null) counters = counters.Plus(partition.counters);
        Failure = partition?.Failure is { } failure && !(Failure?.At > failure.At) ? failure : Failure;
        SavedAt = now;
        Ended = Partitions.TrueForAll(one => one.Done);
    }

    /// <summary>It is split: nothing is counted yet, and the total is the sum of the partitions'.</summary>
    public void Split(IEnumerable<PartitionRow> partitions)
    {
        Partitions.AddRange(partitions);
        counters = counters with { Total = 0 };
    }

    public void Forget()
    {
        cursor = null;
        fingerprint = null;
        Breaker = null;
        settled.Clear();
        RetryList.Clear();
        Suspects.Clear();
    }

    public StreamMemory Recall() => new()
    {
        Name = Name,
        Number = Number,
        Cursor = Bytes.Copy(cursor),
        Fingerprint = fingerprint,
        Counters = counters,
        Ahead = settled.Count <= StoreLimits.AheadGiven ? [.. settled.Order(StringComparer.Ordinal)] : [],
        RetryList = [.. RetryList.Values.OrderBy(item => item.DueAt).Select(item => item with { Payload = Bytes.Copy(item.Payload) })],
        Suspects = [.. Suspects.Values],
        Ended = Ended,
        Breaker = Breaker,
        OpenQuarantine = 0,
    };
}
