namespace Tidemark.Running;

internal sealed class PageReader<T, TCursor> : SourceReader<T, PagePosition<TCursor>>
{
    readonly Func<T, string> key;
    readonly PageOptions options;
    readonly FetchAhead<Page<T, TCursor>> pages;
    readonly RecentCursors<TCursor> recent = new();
    readonly NeighbourKeys neighbours = new();

    /// <summary>What is fetched next, and where it is entered: behind an item after a resume, else at its beginning.</summary>
    PagePosition<TCursor> entry;

    /// <summary>What asked for the page at hand; the next item in it; its key once it is known to be no repeat.</summary>
    TCursor? at;
    IReadOnlyList<T> items = [];
    int index;
    string? pending;
    bool isPending;

    bool isLast;
    bool isCircle;
    long? count;
    long shifted;

    public PageReader(Func<TCursor?, CancellationToken, Task<Page<T, TCursor>>> fetch, Func<T, string> key, PageOptions options, PagePosition<TCursor> start)
    {
        (this.key, this.options, entry) = (key, options, start);
        pages = new(cancellationToken => fetch(entry.Page, cancellationToken));
    }

    public override long? Count => count;
    public override long Shifted => shifted;

    public override bool TryRead(out SourceItem<T, PagePosition<TCursor>> item)
    {
        if (!FindPending())
        {
            item = default;
            return false;
        }

        // Behind the last item stands the next page, so that a resume does not fetch a page for nothing. Where there is no next page the
        // position stays in this one: what the other side appends to it is found by a later resume.
        var turnsPage = index + 1 == items.Count && !isLast && !isCircle;
        item = new(pending!, items[index], turnsPage ? entry : new(at, index + 1, pending));
        index++;
        isPending = false;
        return true;
    }

    public override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (!FindPending())
        {
            if (isLast) return false;
            if (isCircle) throw Circle();
            Enter(await pages.TakeAsync(cancellationToken));
        }
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        await pages.DisposeAsync();
        await base.DisposeAsync();
    }

    void Enter(Page<T, TCursor> page)
    {
        if (page?.Items is null) throw new JobFaultException($"The fetch answered with no page for the cursor {Excerpt.Of(entry.Page)}. Answer with a page, if need be an empty one.");
        var first = Locate(page.Items);
        (at, items, index) = (entry.Page, page.Items, first);
        if (items.Count > 0) neighbours.TurnPage();
        for (var behind = 0; behind < first; behind++) neighbours.Add(KeyOf(items, behind, at));

        if (at is not null) recent.Add(at);
        entry = new(page.Next, 0, null);
        isLast = page.Next is null;
        isCircle = !isLast && recent.Contains(page.Next!);
        count = page.Total ?? count;
        if (options.Prefetch && !isLast && !isCircle) pages.Begin();
    }

    /// <summary>The index behind the item that the saved position names, wherever it stands now.</summary>
    int Locate(IReadOnlyList<T> fetched)
    {
        if (entry.Index == 0) return 0;
        var expected = entry.Index - 1;
        var found = KeyAt(expected) == entry.LastKey ? expected : -1;
        if (found < 0 && options.Stable)
            throw new JobFaultException($"The page asked for with {Excerpt.Of(entry.Page)} has changed: its item {expected} was {Excerpt.Of(entry.LastKey)} and is {Excerpt.Of(KeyAt(expected))} now ({fetched.Count} items). Read a snapshot, or make the source shifting: PageOptions.Stable = false.");
        for (var other = 0; found < 0 && other < fetched.Count; other++)
            if (KeyAt(other) == entry.LastKey) found = other;

        // The very item has vanished: where it stood nobody knows, and to do a page again is the lesser evil than to leave an item out.
        shifted += found < 0 ? Math.Min(entry.Index, Math.Max(1, fetched.Count)) : Math.Abs(found - expected);
        return found + 1;

        string? KeyAt(int i) => i < fetched.Count ? KeyOf(fetched, i, entry.Page) : null;
    }

    bool FindPending()
    {
        for (; !isPending && index < items.Count; index++)
        {
            pending = KeyOf(items, index, at);
            if (neighbours.Add(pending)) return isPending = true;
            if (options.Stable)
                throw new JobFaultException($"The key {Excerpt.Of(pending)} stands for two items: for item {index} of the page asked for with {Excerpt.Of(at)}, and for one shortly before it. Give each item a key of its own, or make the source shifting: PageOptions.Stable = false.");
            shifted++;
        }
        return isPending;
    }

    string KeyOf(IReadOnlyList<T> page, int i, TCursor? cursor)
    {
        try
        {
            return key(page[i]);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new JobFaultException($"The key of item {i} of the page asked for with {Excerpt.Of(cursor)} could not be made: {e.Message} Have the key function answer for every item, or leave such items out of the page.", e);
        }
    }

    JobFaultException Circle() => new(
        $"The pages go round in circles: the one asked for with {Excerpt.Of(at)} names {Excerpt.Of(entry.Page)} as the next, which is one of the last {RecentCursors<TCursor>.Capacity:N0} pages that were read. Have the fetch answer with Next = null on the last page, and with a cursor of its own for every other.");
}
