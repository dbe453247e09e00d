using Tidemark.Running;

namespace Tidemark;

/// <summary>How a keyset is read.</summary>
public sealed record KeysetOptions
{
    /// <summary>How many rows are asked for at a time: 1 to 100,000.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Counts all rows, settled ones included; asked once an attempt. Gives a total and an ETA. Null: unknown.</summary>
    public Func<CancellationToken, Task<long>>? Count { get; init; }

    /// <summary>True: rows may come and go under the run, so that the count need not come out. False, the default: a mismatch stops the stream.</summary>
    public bool Shifting { get; init; }

    /// <summary>
    /// True: the next rows are fetched while these are worked on. False, the default: a fetch often shares its connection or DbContext with
    /// the handler, and only one may use it.
    /// </summary>
    public bool Prefetch { get; init; }
}

/// <summary>Sources over a table or an index that is read in the order of a unique column: <c>WHERE id &gt; @after ORDER BY id LIMIT @take</c>.</summary>
public static class Keyset
{
    /// <summary>
    /// The rows in strictly growing order of their position. The position of the last settled row is all that a resume needs, so rows
    /// that come and go behind it do no harm. The source ends at the first empty answer.
    /// </summary>
    /// <typeparam name="T">One row; it must survive a round trip as JSON.</typeparam>
    /// <typeparam name="TKey">The position: a type with a null, such as <c>long?</c> or <c>string</c>; must survive a round trip as JSON.</typeparam>
    /// <param name="fetchAfter">Gets at most so many rows after a position, in order; null asks for the first rows.</param>
    /// <param name="position">The position of a row. Unique.</param>
    /// <param name="key">The item key of a row: 1 to 500 characters. Null: the position as text (for integers, <c>Guid</c> and <c>string</c>).</param>
    /// <param name="options">How to read; null: 500 rows at a time.</param>
    /// <param name="comparer">
    /// The order of positions, as the database sees it. Null: the type's own; text is compared by its characters' numbers (ordinal), like a
    /// binary or "C" collation.
    /// </param>
    /// <exception cref="ArgumentException">The position's type has no null, is a tuple, has no order, or needs a <paramref name="key"/>.</exception>
    /// <exception cref="JobFaultException">While reading: a position does not grow.</exception>
    /// <example><code>
    /// var invoices = job.Stream("reprice", Keyset.Of(
    ///     (long? after, int take, CancellationToken ct) =&gt; db.InvoicesAfterAsync(after ?? 0, take, ct), position: invoice =&gt; invoice.Id));
    /// </code></example>
    public static Source<T, TKey> Of<T, TKey>(
        Func<TKey?, int, CancellationToken, Task<IReadOnlyList<T>>> fetchAfter, Func<T, TKey?> position,
        Func<T, string>? key = null, KeysetOptions? options = null, IComparer<TKey>? comparer = null)
    {
        ArgumentNullException.ThrowIfNull(fetchAfter);
        ArgumentNullException.ThrowIfNull(position);
        options ??= new();
        if (options.PageSize is < 1 or > 100_000)
            throw new ArgumentOutOfRangeException(nameof(options), options.PageSize, "KeysetOptions.PageSize must be from 1 to 100,000 rows.");
        CursorType.Check<TKey>("Keyset.Of", "(CURSOR after, int take, CancellationToken ct) => …", nameof(fetchAfter));
        return new KeysetSource<T, TKey>(fetchAfter, position, key ?? PositionText.KeyBy(position), options, comparer ?? PositionText.NaturalOrder<TKey>(nameof(comparer)));
    }
}
