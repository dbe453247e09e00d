using Tidemark.Locking;

namespace Tidemark;

/// <summary>A lock that was got. Disposing it lets the next one in; so does the end of the process.</summary>
public sealed class TidemarkLock : IAsyncDisposable
{
    readonly LockKeeper keeper;
    readonly Ticket ticket;

    internal TidemarkLock(LockKeeper keeper, Ticket ticket) => (this.keeper, this.ticket) = (keeper, ticket);

    /// <summary>What is locked.</summary>
    public string Name => ticket.Name;

    /// <summary>
    /// The fencing token: greater than that of every earlier holder of this name. Hand it to what you write to, and let that refuse
    /// a token smaller than the greatest it has seen: a holder who was paused past his lease does no harm then.
    /// </summary>
    public long Token => ticket.Token;

    /// <summary>
    /// Cancelled once the lock is lost or may be: the store was out of reach for most of the lease, the worker was declared dead or has stopped, or
    /// somebody broke the lock. A paused process cannot see it in time; see <see cref="Token"/>.
    /// </summary>
    public CancellationToken Lost => ticket.Lost.Token;

    /// <summary>False once it is lost or let go, and as soon as this process can no longer be sure. True is no promise for the next moment.</summary>
    public bool IsHeld => keeper.IsHeld(ticket);

    /// <summary>Lets the next one in. Never throws: what the store cannot be told now, the worker tells it later.</summary>
    public ValueTask DisposeAsync() => keeper.LetGoAsync(ticket);
}
