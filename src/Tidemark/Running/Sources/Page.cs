namespace Tidemark;

/// <summary>One page as the other side gave it.</summary>
/// <typeparam name="T">One item.</typeparam>
/// <typeparam name="TCursor">What asks for a page: a token, a link, a number. A type with a null: <c>string</c>, <c>int?</c>, a record class.</typeparam>
/// <param name="Items">The items in their order; may be empty, also in the middle.</param>
/// <param name="Next">What asks for the next page; null: this is the last one.</param>
/// <param name="Total">How many items there are in all pages, if the other side says so: gives a total and an ETA.</param>
public sealed record Page<T, TCursor>(IReadOnlyList<T> Items, TCursor? Next, long? Total = null);

/// <summary>A position in pages: after the item with the key <paramref name="LastKey"/>, the <paramref name="Index"/>th of its page.</summary>
/// <typeparam name="TCursor">What asks for a page.</typeparam>
/// <param name="Page">What asks for the page in which the next item is looked for; null: the first page.</param>
/// <param name="Index">How many items of that page are behind the position; 0: none.</param>
/// <param name="LastKey">The key of the last of them: it finds the position again when the page has shifted. Null if there is none.</param>
public readonly record struct PagePosition<TCursor>(TCursor? Page, int Index, string? LastKey);

/// <summary>How pages are read.</summary>
public sealed record PageOptions
{
    /// <summary>
    /// True: the pages are the same on every read (a snapshot), and one that is not stops the stream. False, the default: items may come
    /// and go between two reads; that is counted and shown.
    /// </summary>
    public bool Stable { get; init; }

    /// <summary>
    /// True, the default: the next page is fetched while the items of this one are worked on; at most one page ahead. False: it is fetched
    /// when it is needed. Switch it off if the fetch shares something with the handler that only one may use, such as a DbContext.
    /// </summary>
    public bool Prefetch { get; init; } = true;
}
