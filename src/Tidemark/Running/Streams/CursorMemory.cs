namespace Tidemark.Running;

/// <summary>The last cursors saved: one that comes again means that the source goes round in circles.</summary>
internal sealed class CursorMemory
{
    public const int Kept = 1_000;

    readonly HashSet<ulong> known = [];
    readonly Queue<ulong> order = new();

    public bool Knows(ReadOnlySpan<byte> cursor) => known.Contains(Hash(cursor));

    /// <summary>False if this cursor is one of the last 1,000.</summary>
    public bool TryAdd(ReadOnlySpan<byte> cursor)
    {
        var hash = Hash(cursor);
        if (!known.Add(hash)) return false;
        order.Enqueue(hash);
        if (order.Count > Kept) known.Remove(order.Dequeue());
        return true;
    }

    // FNV-1a, 64 bits (Fowler, Noll, Vo): a thousand values collide once in 10^13, and a collision costs a needless halt, not data.
    static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var value in bytes) hash = (hash ^ value) * 1_099_511_628_211UL;
        return hash;
    }
}
