using Tidemark.Running;

namespace Tidemark;

/// <summary>Sources over an API that gives its items in pages.</summary>
public static class Pages
{
    /// <summary>
    /// The items of all pages, one page after the other, each found by the cursor that the page before it gave.
    /// <para>
    /// On resume the page at hand is fetched again and read on behind the last settled item, which is found by its key, not by its index:
    /// items that came or went before it do not make others be left out. If that very item has vanished, the whole page is read again:
    /// of a page that shifts under the run, nothing is lost, but up to one page may be done twice. With
    /// <see cref="PageOptions.Stable"/> either stops the stream.
    /// </para>
    /// <para>An item whose key stood in this page or the one before is left out (shifting) or stops the stream (stable).</para>
    /// </summary>
    /// <typeparam name="T">One item; it must survive a round trip as JSON.</typeparam>
    /// <typeparam name="TCursor">What asks for a page; must survive a round trip as JSON and have a null.</typeparam>
    /// <param name="fetch">Gets the page that a cursor asks for; null asks for the first. May be called again with the same cursor.</param>
    /// <param name="key">The key of an item: stable across attempts, 1 to 500 characters.</param>
    /// <param name="options">How to read; null: shifting, one page ahead.</param>
    /// <exception cref="ArgumentException">The cursor's type has no null (write <c>int?</c> for <c>int</c>) or is a tuple.</exception>
    /// <exception cref="JobFaultException">While reading: a page names as next one of the last 1,000 pages, or a stable page has changed.</exception>
    /// <example><code>
    /// var sims = job.Stream("reconcile", Pages.Of(
    ///     (string? cursor, CancellationToken ct) =&gt; carrier.FetchPageAsync(snapshot, cursor, ct), key: sim =&gt; sim.Iccid));
    ///
    /// // Numbered pages: the first is asked for with null.
    /// Pages.Of(async (int? page, CancellationToken ct) =&gt;
    /// {
    ///     var answer = await api.ListAsync(page ?? 1, ct);
    ///     return new Page&lt;User, int?&gt;(answer.Users, answer.HasMore ? (page ?? 1) + 1 : null, answer.TotalCount);
    /// }, key: user =&gt; user.Id);
    /// </code></example>
    public static Source<T, PagePosition<TCursor>> Of<T, TCursor>(
        Func<TCursor?, CancellationToken, Task<Page<T, TCursor>>> fetch, Func<T, string> key, PageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(key);
        CursorType.Check<TCursor>("Pages.Of", "(CURSOR cursor, CancellationToken ct) => … and answer with Page<T, CURSOR>", nameof(fetch));
        return new PageSource<T, TCursor>(fetch, key, options ?? new());
    }
}
