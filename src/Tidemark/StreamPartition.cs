namespace Tidemark;

/// <summary>
/// One partition of a stream: what a source is asked for. The partitions together must give every item once: how they are told apart is
/// the source's affair, and must be the same on every attempt.
/// </summary>
/// <param name="Index">From 0 to <paramref name="Count"/> − 1.</param>
/// <param name="Count">How many partitions the stream was split into when it began; 1: it is not split.</param>
public readonly record struct StreamPartition(int Index, int Count)
{
    /// <summary>
    /// True if the key falls to this partition: by a hash of its characters (FNV-1a, 64 bits, over UTF-16 code units, low byte first) that is the same
    /// in every process and every release, spread by the finaliser of MurmurHash3. Each key falls to exactly one partition.
    /// </summary>
    /// <param name="key">The item's key.</param>
    public bool Has(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Count == 1 || Bucket(key, Count) == Index;
    }

    /// <summary>This partition's equal share of a range of numbers: from the first, before the second. The shares follow one another without a gap.</summary>
    /// <param name="from">The first of all.</param>
    /// <param name="before">One more than the last of all; at least <paramref name="from"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range ends before it begins.</exception>
    /// <example><code>
    /// var rows = job.Stream("rows", part =&gt;
    /// {
    ///     var (from, before) = part.Share(0, lastId + 1);
    ///     return Keyset.Of((long? after, int take, CancellationToken ct) =&gt; db.RowsAsync(after ?? from - 1, before, take, ct), position: row =&gt; row.Id);
    /// });
    /// </code></example>
    public (long From, long Before) Share(long from, long before)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(before, from);
        var length = (Int128)before - from;
        return ((long)(from + length * Index / Count), (long)(from + length * (Index + 1) / Count));
    }

    /// <summary>The index from 1, for people: "3 of 8".</summary>
    public override string ToString() => $"{Index + 1} of {Count}";

    // FNV alone leaves its low bits poor for keys that differ in their last character only: the finaliser of MurmurHash3 spreads them.
    static int Bucket(string key, int count)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var unit in key)
        {
            hash = (hash ^ (byte)unit) * 1_099_511_628_211UL;
            hash = (hash ^ (byte)(unit >> 8)) * 1_099_511_628_211UL;
        }
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return (int)((hash ^ (hash >> 33)) % (ulong)count);
    }
}
