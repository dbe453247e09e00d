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
    /// back and tried in halves until the bad item stands alone.
    /// </summary>
    /// <param name="effects">Does nothing but writes through the transaction; may run again after a rollback; has a time limit.</param>
    public Task CommitAsync(Func<IReadOnlyList<StreamItem<T>>, DbTransaction, CancellationToken, Task> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        return loop?.CommitAsync(new(effects, Compose: null)) ?? Task.CompletedTask;
    }

    /// <summary>
    /// As <see cref="CommitAsync(Func{IReadOnlyList{StreamItem{T}}, DbTransaction, CancellationToken, Task})"/>, with the writes given as commands. On PostgreSQL they travel
    /// with the checkpoint and its commit in one message: the fastest way to do each item exactly once.
    /// </summary>
    /// <param name="effects">Adds commands to an empty batch and executes nothing; may be asked again after a rollback, for the same items or some of them.
    /// The same texts each time, with parameters, are prepared by the server once.</param>
    public Task CommitAsync(Action<IReadOnlyList<StreamItem<T>>, DbBatch> effects)
    {
        ArgumentNullException.ThrowIfNull(effects);
        return loop?.CommitAsync(ItemEffects<T>.Of(effects)) ?? Task.CompletedTask;
    }
}
