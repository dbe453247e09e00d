using System.ComponentModel;
using System.Data.Common;
using Tidemark.Running;

namespace Tidemark;

/// <summary>A declared stream over its source. Call exactly one of its ways to run.</summary>
/// <typeparam name="T">One item.</typeparam>
public sealed class JobStream<T>
{
    readonly IStreamLoop<T>? loop;

    internal JobStream(IStreamLoop<T>? loop) => this.loop = loop;

    /// <summary>Item by item: at least once each, with the item's idempotency key for the other side.</summary>
    /// <param name="handler">Processes one item. The token is the abort.</param>
    public Task ForEachAsync(Func<StreamItem<T>, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return loop?.ForEachAsync(handler) ?? Task.CompletedTask;
    }

    /// <summary>Batch by batch. A batch counts its items against the bound; one that fails is tried in halves until the bad item stands alone.</summary>
    /// <param name="size">Items a batch, 1 to the bound.</param>
    /// <param name="handler">Processes one batch. The token is the abort.</param>
    /// <exception cref="JobFaultException">The size does not fit the bound.</exception>
    public Task ForEachBatchAsync(int size, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return loop?.ForEachBatchAsync(size, handler) ?? Task.CompletedTask;
    }

    /// <summary>
    /// Exactly once, in the same database: one call a checkpoint, inside the checkpoint's own transaction. If the list fails it is rolled
    /// back and tried in halves until the bad item stands alone, also if it is the commit that is refused, for a constraint whose check is put off: then each
    /// part is checked by itself, so an item whose rows lean on those of another one may pass for bad.
    /// </summary>
    /// <param name="effects">Does nothing but writes through the transaction; may run again after a rollback; has a time limit.</param>
    public Task CommitAsync(Func<IReadOnlyList<StreamItem<T>>, DbTransaction, CancellationToken, Task> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        return loop?.CommitAsync(new(effects, Compose: null)) ?? Task.CompletedTask;
    }

    /// <summary>
    /// As <see cref="CommitAsync(Func{IReadOnlyList{StreamItem{T}}, DbTransaction, CancellationToken, Task})"/>, with the writes given as commands. On PostgreSQL they travel
    /// with the checkpoint and its commit in one message: the fewest round trips in which each item can be done exactly once.
    /// </summary>
    /// <param name="effects">Adds commands to an empty batch, at once, and executes nothing; may be asked again after a rollback, for the same items or some of them, on any
    /// thread. No command begins or ends a transaction; the batch's own time limit is not looked at. The same texts each time, with parameters, are prepared by the server once.</param>
    public Task CommitAsync(Action<IReadOnlyList<StreamItem<T>>, DbBatch> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        return loop?.CommitAsync(ItemEffects<T>.Of(effects)) ?? Task.CompletedTask;
    }

    /// <summary>Not to be called: commands are added at once. Without it an <c>async</c> lambda would pass for one that returns nothing, and add its commands too late.</summary>
    /// <param name="effects">What would be too late.</param>
    [Obsolete("Commands are added to the batch at once, not asynchronously: read what you need before, or take the overload with the transaction.", error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task CommitAsync(Func<IReadOnlyList<StreamItem<T>>, DbBatch, Task> effects) =>
        throw new NotSupportedException("Commands are added to the batch at once, not asynchronously.");
}
