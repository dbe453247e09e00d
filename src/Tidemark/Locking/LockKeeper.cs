using Microsoft.Extensions.Logging;
using Tidemark.Leasing;
using Tidemark.Seams;

namespace Tidemark.Locking;

/// <summary>
/// The tickets of this process. What the store says of them is read at least once a beat: who is admitted is told, what is gone is lost, and
/// what nobody here knows (an answer that never came, a letting-go that failed) is given back.
/// </summary>
internal sealed class LockKeeper(EngineParts parts, WorkerLease worker)
{
    /// <summary>Between two readings, however often somebody rings: a busy store rings all the time.</summary>
    static readonly TimeSpan Least = TimeSpan.FromMilliseconds(20);

    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Locking");
    readonly TicketTable tickets = new(parts.Time, parts.Options.LeaseDuration);
    long lastRead = parts.Time.GetTimestamp();

    public bool IsWaiting => Counts.Waiting > 0;

    public (int Held, int Waiting) Counts => tickets.Counts;

    public bool IsHeld(Ticket ticket) => tickets.Has(ticket) && worker.Trusts(ticket.Worker);

    /// <summary>Gets in line and waits for the turn. Null: it did not come within the time.</summary>
    public async Task<Ticket?> AcquireAsync(string name, LockOptions options, TimeSpan wait, CancellationToken cancellationToken)
    {
        var asked = parts.Time.GetTimestamp();
        var outcome = "failed";
        try
        {
            var ticket = await EnterAsync(name, options, wait, cancellationToken);
            outcome = ticket is null ? "busy" : "held";
            return ticket;
        }
        catch (OperationCanceledException)
        {
            outcome = "canceled";
            throw;
        }
        finally
        {
            parts.Instruments?.Waited(parts.Time.GetElapsedTime(asked), outcome);
        }
    }

    async Task<Ticket?> EnterAsync(string name, LockOptions options, TimeSpan wait, CancellationToken cancellationToken)
    {
        var ticket = tickets.Add(name, options, worker.Id);
        try
        {
            var (asking, began) = (AskAsync(ticket, waits: wait != TimeSpan.Zero), parts.Time.GetTimestamp());
            // The wait is for the store's answer too. An answer that comes later finds nobody, and what it brought is given back.
            if (!await WithinAsync(asking, wait == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : wait, cancellationToken))
            {
                tickets.Remove(ticket);
                return null;
            }
            if (wait > TimeSpan.Zero) wait = parts.Time.GetElapsedTime(began) is var passed && passed < wait ? wait - passed : TimeSpan.Zero;
            await WithinAsync(TurnAsync(ticket), wait, cancellationToken);
            return ticket;
        }
        catch (TimeoutException)
        {
            if (ticket.IsHeld) return ticket; // its turn came at the last moment
            await LetGoAsync(ticket);
            return null;
        }
        catch
        {
            await LetGoAsync(ticket);
            throw;
        }
    }

    /// <summary>Never throws: what cannot be told now is told by a later <see cref="RunOnceAsync"/>.</summary>
    public async ValueTask LetGoAsync(Ticket ticket)
    {
        if (tickets.Remove(ticket) && ticket.Token != 0) await GiveBackAsync(ticket.Worker, [ticket.Token]);
    }

    /// <summary>One look at the store. Runs as a chore.</summary>
    public async Task RunOnceAsync()
    {
        if (!worker.IsTrusted)
        {
            foreach (var ticket in tickets.Where(ticket => ticket.IsHeld)) Lose(ticket, "its worker could not beat for most of its lease");
            return;
        }
        if (!tickets.IsWorthALook) return;
        var early = Least - parts.Time.GetElapsedTime(lastRead);
        if (early > TimeSpan.Zero) await Task.Delay(early, parts.Lanes.Timers);
        lastRead = parts.Time.GetTimestamp();
        await ReadAsync(worker.Id);
    }

    /// <summary>The worker is about to sign off: nobody gets in any more.</summary>
    /// <param name="staysAlive">A handler ignores its abort, and may hold one: what is held is kept, as its job is, until the process is gone.</param>
    public void Stop(bool staysAlive)
    {
        tickets.Close();
        foreach (var ticket in tickets.Where(_ => true))
        {
            if (!ticket.IsHeld)
            {
                if (tickets.Remove(ticket)) ticket.Refuse(TicketTable.Stopped());
            }
            else if (!staysAlive) Lose(ticket, "its worker has stopped");
        }
        tickets.Doubt(); // their places are given back by the next look, or go with the worker
    }

    async Task ReadAsync(WorkerId id)
    {
        var known = tickets.Where(ticket => !ticket.IsAsking); // before the reading: what it does not find of them is gone
        var rows = (await parts.Store.ReadTicketsAsync(id)).ToDictionary(row => row.Call);
        tickets.Admit(rows.Values.Where(row => row.Held));
        foreach (var ticket in known.Where(ticket => ticket.Worker != id || !rows.ContainsKey(ticket.Call)))
        {
            if (ticket.IsHeld) Lose(ticket, ticket.Worker == id ? "somebody broke it" : "its worker was declared dead");
            else await AskAsync(ticket, waits: true);
        }
        var strays = tickets.Strays(rows.Values);
        if (strays.Length > 0) await GiveBackAsync(id, strays);
    }

    /// <summary>False: it would have to wait, and does not.</summary>
    async Task<bool> AskAsync(Ticket ticket, bool waits)
    {
        if (!tickets.Ask(ticket, worker.Id)) return true; // let go meanwhile
        try
        {
            var reply = await parts.Store.AskLockAsync(new()
            {
                Worker = ticket.Worker,
                Call = ticket.Call,
                Name = ticket.Name,
                Places = ticket.Options.Places,
                Owner = ticket.Options.Owner,
                Waits = waits,
            });
            tickets.Answered(ticket, reply);
            if (reply.Verdict == LockVerdict.NoWorker && !waits)
                throw new StoreException("The worker of this process was declared dead a moment ago and is about to join again. Ask again, or give LockOptions.Wait.");
            return waits || reply.Verdict == LockVerdict.Held; // without a worker it waits until it has joined again
        }
        finally
        {
            tickets.HasAsked(ticket);
        }
    }

    async Task<bool> WithinAsync(Task<bool> asking, TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            return await asking.WaitAsync(wait, parts.Time, cancellationToken);
        }
        catch when (!asking.IsCompleted)
        {
            _ = SeeAsync(asking);
            throw;
        }
    }

    // Awaited here first: to wait for the ticket's own task with a bound would go on, for a moment, in the pool instead of where the caller runs.
    static async Task<bool> TurnAsync(Ticket ticket)
    {
        await ticket.Admitted;
        return true;
    }

    // Nobody waits for it any more: what it throws is told.
    async Task SeeAsync(Task<bool> asking)
    {
        try
        {
            await asking;
        }
        catch (Exception fault) // whatever it is: nobody is left to whom it could be thrown
        {
            logger.LogWarning(fault, "A lock was asked for, and the answer came after the wait was over: {Message}", fault.Message);
        }
    }

    async Task GiveBackAsync(WorkerId id, long[] tokens)
    {
        try
        {
            tickets.Admit(await parts.Store.LetGoAsync(id, tokens));
        }
        catch (Exception fault) // whatever it is: the holder has nothing to do with it any more
        {
            logger.LogWarning(fault, "A lock could not be let go yet; it is tried again: {Message}", fault.Message);
            tickets.Doubt();
        }
    }

    void Lose(Ticket ticket, string why)
    {
        if (!tickets.Remove(ticket)) return;
        parts.Instruments?.Lost();
        tickets.Doubt(); // the store may not know yet
        logger.LogWarning("The lock '{Name}' with token {Token} is lost: {Why}.", ticket.Name, ticket.Token, why);
        _ = CancelAsync(ticket);
    }

    async Task CancelAsync(Ticket ticket)
    {
        try
        {
            await parts.Lanes.Cancel(ticket.Lost);
        }
        catch (Exception fault) // of what the holder has hung on the token
        {
            logger.LogError(fault, "What was to run at the loss of the lock '{Name}' failed: {Message}", ticket.Name, fault.Message);
        }
    }
}
