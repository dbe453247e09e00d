using Tidemark.Leasing;

namespace Tidemark.Locking;

/// <summary>The tickets of this process under one lock, and until when the store may show what is not among them.</summary>
/// <param name="time">Of the engine.</param>
/// <param name="leaseDuration">So long after a doubt it is worth looking.</param>
internal sealed class TicketTable(TimeProvider time, TimeSpan leaseDuration)
{
    readonly Lock sync = new();
    readonly Dictionary<long, Ticket> tickets = []; // by call
    long lastCall;
    int held; // of the tickets
    long unsureUntil; // the store may have a ticket that is not known here, or show one yet: a commit whose answer was lost may come through late
    bool stopped;

    public (int Held, int Waiting) Counts
    {
        get
        {
            lock (sync) return (held, tickets.Count - held);
        }
    }

    /// <summary>False: there is nothing that the store could say of them.</summary>
    public bool IsWorthALook
    {
        get
        {
            lock (sync) return tickets.Count > 0 || time.GetTimestamp() < unsureUntil;
        }
    }

    public bool Has(Ticket ticket)
    {
        lock (sync) return tickets.ContainsKey(ticket.Call);
    }

    public Ticket[] Where(Func<Ticket, bool> which)
    {
        lock (sync) return [.. tickets.Values.Where(which).OrderBy(ticket => ticket.Call)];
    }

    /// <summary>What nobody here knows.</summary>
    public long[] Strays(IEnumerable<TicketRow> rows)
    {
        lock (sync) return [.. rows.Where(row => !tickets.ContainsKey(row.Call)).Select(row => row.Token)];
    }

    /// <exception cref="InvalidOperationException">Nobody gets in any more.</exception>
    public Ticket Add(string name, LockOptions options, WorkerId worker)
    {
        lock (sync)
        {
            if (stopped) throw Stopped();
            var ticket = new Ticket(name, options, ++lastCall, new()) { Worker = worker, IsAsking = true };
            tickets.Add(ticket.Call, ticket);
            return ticket;
        }
    }

    /// <summary>False: it was let go or lost before.</summary>
    public bool Remove(Ticket ticket)
    {
        lock (sync)
        {
            if (!tickets.Remove(ticket.Call)) return false;
            if (ticket.IsHeld) held--;
            if (ticket.Token == 0) Doubt();
            return true;
        }
    }

    /// <summary>It is about to ask under this registration. False: it was let go meanwhile.</summary>
    public bool Ask(Ticket ticket, WorkerId worker)
    {
        lock (sync)
        {
            if (!tickets.ContainsKey(ticket.Call)) return false;
            (ticket.Worker, ticket.IsAsking, ticket.Token) = (worker, true, 0);
            return true;
        }
    }

    public void Answered(Ticket ticket, LockReply reply)
    {
        lock (sync)
        {
            ticket.Token = reply.Token;
            if (!tickets.ContainsKey(ticket.Call)) Doubt(); // let go meanwhile, and its place was not known then
            else if (reply.Verdict == LockVerdict.Held) Admit(ticket, reply.Token);
        }
    }

    /// <summary>With an answer or without one.</summary>
    public void HasAsked(Ticket ticket)
    {
        lock (sync) ticket.IsAsking = false;
    }

    public void Admit(IEnumerable<TicketRow> rows)
    {
        lock (sync)
        {
            foreach (var row in rows)
            {
                if (tickets.TryGetValue(row.Call, out var ticket) && ticket.Worker == row.Worker) Admit(ticket, row.Token);
            }
        }
    }

    /// <summary>The store may know more, or less, than is known here.</summary>
    public void Doubt()
    {
        lock (sync) unsureUntil = time.GetTimestamp() + (long)(leaseDuration.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>Nobody gets in any more.</summary>
    public void Close()
    {
        lock (sync) stopped = true;
    }

    public static InvalidOperationException Stopped() => new("The worker of this process has stopped, or is about to: no lock can be had. Ask before the host stops.");

    void Admit(Ticket ticket, long token)
    {
        if (ticket.IsHeld) return;
        ticket.Admit(token);
        held++;
    }
}
