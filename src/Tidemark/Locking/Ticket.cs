using Tidemark.Leasing;

namespace Tidemark.Locking;

/// <summary>One asking for a lock, from the call until it is let go or lost. It changes under the lock of its <see cref="TicketTable"/>.</summary>
internal sealed class Ticket(string name, LockOptions options, long call, CancellationTokenSource lost)
{
    readonly TaskCompletionSource admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;
    public LockOptions Options => options;

    /// <summary>Its number in this process, under whichever registration it asks: a worker that has joined again asks anew.</summary>
    public long Call => call;

    /// <summary>The registration under which it asked last.</summary>
    public WorkerId Worker { get; set; }

    /// <summary>An asking is on its way: nobody can say yet whether it has a place in line.</summary>
    public bool IsAsking { get; set; }

    /// <summary>Its number in the store; 0: it has no place in line, or none that is known.</summary>
    public long Token { get; set; }

    /// <summary>Cancelled when the lock is lost. Not disposed: its token outlives the lock in the holder's hands, and it has no timer.</summary>
    public CancellationTokenSource Lost => lost;

    /// <summary>Ends when it may enter; fails if that cannot come any more.</summary>
    public Task Admitted => admitted.Task;

    public bool IsHeld => admitted.Task.IsCompletedSuccessfully;

    public void Admit(long token)
    {
        Token = token;
        admitted.TrySetResult();
    }

    public void Refuse(Exception why)
    {
        if (admitted.TrySetException(why)) _ = admitted.Task.Exception; // seen: who waits is told, and nobody need wait
    }
}
