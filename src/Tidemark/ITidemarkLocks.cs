namespace Tidemark;

/// <summary>
/// Locks that all processes on one store share: at most so many hold a name at once, in the order in which they asked. A lock is held by
/// this process's worker and kept by its beats: nothing is renewed by the holder, and when the process dies the next in line gets it.
/// Safe for concurrent use; needs a running worker in this process (<see cref="TidemarkBuilder.UseLocks"/> where no job is declared).
/// </summary>
/// <remarks>
/// A process can be paused for longer than its lease and go on working without knowing that another holds the lock by then. So a lock alone
/// protects nothing but effort; what must not happen twice is protected by whoever carries it out: it remembers the greatest
/// <see cref="TidemarkLock.Token"/> that it has seen, and refuses a smaller one.
/// See Martin Kleppmann, "How to do distributed locking" (2016).
/// </remarks>
public interface ITidemarkLocks
{
    /// <summary>Gets in line and waits for its turn.</summary>
    /// <param name="name">What is locked: 1 to 100 letters, digits and <c>. _ - : /</c></param>
    /// <param name="options">Places, the longest wait, whom to show; null: one place, no longest wait.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    /// <returns>The lock. Dispose it to let the next one in.</returns>
    /// <exception cref="TimeoutException">Its turn did not come within <see cref="LockOptions.Wait"/>.</exception>
    /// <exception cref="InvalidOperationException">No worker runs in this process, or it stops.</exception>
    /// <exception cref="StoreException">The store could not be asked.</exception>
    Task<TidemarkLock> AcquireAsync(string name, LockOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="AcquireAsync"/>, but does not wait unless <see cref="LockOptions.Wait"/> says for how long.</summary>
    /// <param name="name">What is locked.</param>
    /// <param name="options">Places, the longest wait, whom to show; null: one place, no wait.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    /// <returns>The lock; null: others hold it, or are before us.</returns>
    /// <exception cref="InvalidOperationException">No worker runs in this process, or it stops.</exception>
    /// <exception cref="StoreException">The store could not be asked.</exception>
    Task<TidemarkLock?> TryAcquireAsync(string name, LockOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Who holds what and who waits, by token: for people and for tests, out of date as soon as it is read.</summary>
    /// <param name="name">Of this lock only; null: of all.</param>
    /// <param name="cancellationToken">Checked before each page of 1,000.</param>
    IAsyncEnumerable<LockStatus> ListAsync(string? name = null, CancellationToken cancellationToken = default);

    /// <summary>Takes a lock, or a place in its line, from whoever has it. He is told within a beat; what he writes until then only his token refuses.</summary>
    /// <param name="token">Of the lock.</param>
    /// <param name="by">Who asks for it, for the audit. Null: the worker's name.</param>
    /// <param name="cancellationToken">Checked before the store is asked; what is on its way goes on.</param>
    /// <returns>False: nobody has it any more.</returns>
    Task<bool> BreakAsync(long token, string? by = null, CancellationToken cancellationToken = default);
}
