using Tidemark.Running;

namespace Tidemark;

/// <summary>Sources over a list that is made anew, in the same order, on every attempt.</summary>
public static class Items
{
    /// <summary>
    /// The items of a list, in its order. The position is an index, so every attempt must give the same keys in the same order: read the
    /// list in a step, or sort it. Stable.
    /// </summary>
    /// <typeparam name="T">One item; it must survive a round trip as JSON.</typeparam>
    /// <param name="items">All items. Not changed while the stream runs.</param>
    /// <param name="key">The key of an item: stable across attempts, 1 to 500 characters, each key once. Called once an item at the start.</param>
    /// <exception cref="JobFaultException">On opening: two items have one key, or the list is not the one that the stream began with.</exception>
    /// <example><code>
    /// var tenants = await job.StepAsync("list-tenants", (step, ct) => directory.ListAsync(ct));
    /// await job.Stream("rebuild-index", Items.Of(tenants, key: tenant => tenant.Id)).ForEachAsync((item, ct) => index.RebuildAsync(item.Value, ct));
    /// </code></example>
    public static Source<T, int> Of<T>(IReadOnlyList<T> items, Func<T, string> key)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(key);
        return new ListSource<T>(items, key);
    }
}
