using Tidemark.Leasing;

namespace Tidemark.Locking;

/// <summary>
/// The lines of those who hold or want a lock. A ticket is a place in one, and its number is the fencing token: tickets are numbered as they are
/// written and admitted in that order (<see cref="Admission"/>), so the holder's number is greater than that of every holder before
/// him. A ticket belongs to a worker and goes with its row: beats keep it, and a rescue or a retirement takes it.
/// </summary>
internal interface ILockStore
{
    /// <summary>Gets a ticket and admits whoever may enter. Asked again with the same <see cref="LockAsk.Call"/> it answers as the ticket stands.</summary>
    ValueTask<LockReply> AskLockAsync(LockAsk ask);

    /// <summary>Takes tickets of this worker out of their lines, held or not, and admits those who come next. What is not there is passed over.</summary>
    /// <returns>Those admitted by it.</returns>
    ValueTask<TicketRow[]> LetGoAsync(WorkerId worker, IReadOnlyList<long> tokens);

    /// <summary>All tickets of a worker, by token: what it does not find any more it has lost, what is held by now it may enter.</summary>
    ValueTask<TicketRow[]> ReadTicketsAsync(WorkerId worker);

    /// <summary>An operator takes a ticket from its worker; audited. False: there is none.</summary>
    ValueTask<bool> BreakLockAsync(long token, string by);

    /// <summary>All tickets, by token.</summary>
    ValueTask<LockStatus[]> ListLocksAsync(LockFilter filter);
}

internal sealed record LockAsk
{
    public required WorkerId Worker { get; init; }

    /// <summary>Unlike every other of this worker: after a lost answer it finds the ticket again.</summary>
    public required long Call { get; init; }

    public required string Name { get; init; }
    public required int Places { get; init; }
    public required string? Owner { get; init; }

    /// <summary>False: no ticket is left behind unless it was admitted at once.</summary>
    public required bool Waits { get; init; }
}

internal enum LockVerdict
{
    /// <summary>Admitted.</summary>
    Held = 0,

    /// <summary>In line.</summary>
    Waiting = 1,

    /// <summary>It would have had to wait.</summary>
    Busy = 2,

    /// <summary>The worker is unknown, dead or has retired.</summary>
    NoWorker = 3,
}

internal readonly record struct LockReply(LockVerdict Verdict, long Token);

/// <summary>A ticket as its worker sees it.</summary>
internal readonly record struct TicketRow(long Token, WorkerId Worker, long Call, bool Held);

internal sealed record LockFilter
{
    /// <summary>Null: of every lock.</summary>
    public string? Name { get; init; }

    /// <summary>Only greater tokens: the last of the page before.</summary>
    public long After { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 1_000;
}
