namespace Tidemark.Running;

/// <summary>
/// The items between the low-water mark and the newest one handed out, in source order, with the position after each: a ring that grows to
/// the largest distance seen. The mark moves when the item right after it settles.
/// </summary>
/// <param name="oneByOne">Each item settles before the next is admitted: then no key needs to be known again.</param>
internal sealed class StreamWindow<TCursor>(bool oneByOne)
{
    readonly HashSet<string>? keys = oneByOne ? null : new(StringComparer.Ordinal);
    Entry[] ring = new Entry[16];
    long head; // the ordinal right after the low-water mark
    long tail; // the ordinal of the next item
    List<string> passed = [];

    /// <summary>Items that are not settled or wait for one that is not.</summary>
    public int Count => (int)(tail - head);

    /// <summary>
    /// True if the mark has moved since the last cut. It also moves over items that a former attempt has settled, with none settling now: a
    /// cut that lets their rows go must carry the cursor that stands behind them.
    /// </summary>
    public bool HasMoved { get; private set; }

    /// <summary>The position after which everything is still to do.</summary>
    public TCursor? LowWater { get; private set; }

    /// <summary>
    /// True if an item of this key is in the window. What is settled ahead of the mark is remembered by key alone: two of one key in here, and
    /// after a resume the one that is done would stand for the one that is not.
    /// </summary>
    public bool Holds(string key) => keys is not null && keys.Contains(key);

    /// <summary>True if it holds just so many items, none settled, and nothing else has happened since the last cut.</summary>
    public bool EndsWith(int open)
    {
        if (Count != open || open == 0 || HasMoved || passed.Count > 0) return false;
        for (var ordinal = head; ordinal < tail; ordinal++)
        {
            if (ring[ordinal & (ring.Length - 1)].State != EntryState.Open) return false;
        }
        return true;
    }

    /// <summary>The position after the newest item. There is one.</summary>
    public TCursor Newest => ring[(tail - 1) & (ring.Length - 1)].After;

    /// <summary>Admits the next item of the source; answers its ordinal.</summary>
    public long Admit(string key, TCursor after)
    {
        if (Count == ring.Length) Grow();
        ref var entry = ref ring[tail & (ring.Length - 1)];
        entry.Key = key;
        entry.After = after;
        entry.State = EntryState.Open;
        keys?.Add(key);
        return tail++;
    }

    /// <summary>Admits an item that a former attempt has settled ahead of the mark and saved.</summary>
    public void AdmitSettled(string key, TCursor after)
    {
        var ordinal = Admit(key, after);
        ring[ordinal & (ring.Length - 1)].State = EntryState.Saved;
        Advance();
    }

    public void Settle(long ordinal)
    {
        ring[ordinal & (ring.Length - 1)].State = EntryState.Settled;
        if (ordinal == head) Advance();
    }

    /// <summary>The mark is in the cut: it has not moved since.</summary>
    public void MarkIsCut() => HasMoved = false;

    /// <summary>Keys settled ahead of the mark that have no row yet; they count as having one from now on.</summary>
    public IReadOnlyList<string> CutAhead()
    {
        if (Count == 0) return [];
        List<string>? ahead = null;
        for (var ordinal = head; ordinal < tail; ordinal++)
        {
            ref var entry = ref ring[ordinal & (ring.Length - 1)];
            if (entry.State != EntryState.Settled) continue;
            entry.State = EntryState.Saved;
            (ahead ??= []).Add(entry.Key);
        }
        return ahead ?? (IReadOnlyList<string>)[];
    }

    /// <summary>Ahead keys with a row that the mark has passed since the last cut: the rows may go.</summary>
    public IReadOnlyList<string> CutPassed()
    {
        if (passed.Count == 0) return [];
        var cut = passed;
        passed = [];
        return cut;
    }

    void Advance()
    {
        var mask = ring.Length - 1;
        while (head < tail)
        {
            ref var entry = ref ring[head & mask];
            if (entry.State == EntryState.Open) return;
            if (entry.State == EntryState.Saved) passed.Add(entry.Key);
            LowWater = entry.After;
            HasMoved = true;
            keys?.Remove(entry.Key);
            entry = default;
            head++;
        }
    }

    void Grow()
    {
        var grown = new Entry[ring.Length * 2];
        for (var ordinal = head; ordinal < tail; ordinal++) grown[ordinal & (grown.Length - 1)] = ring[ordinal & (ring.Length - 1)];
        ring = grown;
    }

    enum EntryState : byte
    {
        Open,
        Settled,

        /// <summary>Settled, and its key has a row in the store.</summary>
        Saved,
    }

    struct Entry
    {
        public string Key;
        public TCursor After;
        public EntryState State;
    }
}
