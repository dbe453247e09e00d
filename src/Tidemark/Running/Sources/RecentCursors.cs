namespace Tidemark.Running;

/// <summary>The last so many page cursors, to notice pages that go round in circles. Flat in memory.</summary>
internal sealed class RecentCursors<TCursor>
{
    public const int Capacity = 1_000;

    readonly Queue<TCursor> order = new();
    readonly HashSet<TCursor> seen = [];

    public bool Contains(TCursor cursor) => seen.Contains(cursor);

    public void Add(TCursor cursor)
    {
        if (!seen.Add(cursor)) return;
        order.Enqueue(cursor);
        if (order.Count > Capacity) seen.Remove(order.Dequeue());
    }
}
