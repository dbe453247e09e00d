namespace Tidemark.Running;

internal sealed class KeysetSource<T, TKey>(
    Func<TKey?, int, CancellationToken, Task<IReadOnlyList<T>>> fetchAfter, Func<T, TKey?> position, Func<T, string> key, KeysetOptions options, IComparer<TKey> order)
    : Source<T, TKey>
{
    public override SourceKind Kind => options.Shifting ? SourceKind.Shifting : SourceKind.Stable;

    public override async ValueTask<SourceReader<T, TKey>> OpenAsync(SourceStart<TKey> start, CancellationToken cancellationToken)
    {
        long? count = options.Count is null ? null : await options.Count(cancellationToken);
        return new KeysetReader<T, TKey>(fetchAfter, position, key, options, order, start.HasCursor ? start.Cursor : default, count);
    }
}

internal sealed class KeysetReader<T, TKey> : SourceReader<T, TKey>
{
    readonly Func<T, TKey?> position;
    readonly Func<T, string> key;
    readonly KeysetOptions options;
    readonly IComparer<TKey> order;
    readonly FetchAhead<IReadOnlyList<T>> pages;

    /// <summary>The position of the last item handed out, and of the last item at hand: the next fetch goes on behind the latter.</summary>
    TKey? after;
    TKey? fetchFrom;
    IReadOnlyList<T> items = [];
    int index;
    bool isEnded;

    public KeysetReader(
        Func<TKey?, int, CancellationToken, Task<IReadOnlyList<T>>> fetchAfter, Func<T, TKey?> position, Func<T, string> key, KeysetOptions options,
        IComparer<TKey> order, TKey? start, long? count)
    {
        (this.position, this.key, this.options, this.order, Count) = (position, key, options, order, count);
        after = fetchFrom = start;
        pages = new(cancellationToken => fetchAfter(fetchFrom, options.PageSize, cancellationToken));
    }

    public override long? Count { get; }

    public override bool TryRead(out SourceItem<T, TKey> item)
    {
        if (index >= items.Count)
        {
            item = default;
            return false;
        }
        var value = items[index];
        var grown = Grown(value, after, index);
        item = new(key(value), value, grown);
        after = grown;
        index++;
        return true;
    }

    public override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (index < items.Count) return true;
        if (isEnded) return false;
        var fetched = await pages.TakeAsync(cancellationToken)
            ?? throw new JobFaultException($"The fetch answered with null for the rows after {Excerpt.Of(fetchFrom)}. Answer with a list, an empty one at the end.");
        isEnded = fetched.Count == 0;
        if (isEnded) return false;
        fetchFrom = Grown(fetched[^1], fetchFrom, fetched.Count - 1);
        (items, index) = (fetched, 0);
        if (options.Prefetch) pages.Begin();
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        await pages.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>The row's position, which is behind the one before it, or else this would go round in circles or leave rows out.</summary>
    TKey Grown(T row, TKey? before, int at)
    {
        var found = position(row) ?? throw new JobFaultException($"Row {at} after {Excerpt.Of(fetchFrom)} has no position (null). Read only rows that have one.");
        if (before is not null && order.Compare(before, found) >= 0)
            throw new JobFaultException($"The position {Excerpt.Of(found)} comes after {Excerpt.Of(before)}, but is not greater. Order the rows by a unique position, ask for those after it (not from it on), and if the database orders otherwise, give Keyset.Of its comparer.");
        return found;
    }
}
