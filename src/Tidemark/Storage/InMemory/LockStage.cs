using Tidemark.Leasing;
using Tidemark.Locking;

namespace Tidemark.Storage.InMemory;

/// <summary>Locks: tickets in line.</summary>
internal sealed class LockStage(Tables tables)
{
    public LockReply Ask(LockAsk ask)
    {
        if (tables.FindWorker(ask.Worker) is not { Dead: false, Retired: false, PresenceGone: false }) return new(LockVerdict.NoWorker, 0);
        if (tables.Locks.Find(ask.Worker, ask.Call) is { } known) return new(known.HeldAt is null ? LockVerdict.Waiting : LockVerdict.Held, known.Token);
        var ticket = tables.Locks.Add(ask, tables.Now);
        tables.Locks.Admit(ask.Name, tables.Now);
        if (ticket.HeldAt is not null) return new(LockVerdict.Held, ticket.Token);
        if (ask.Waits) return new(LockVerdict.Waiting, ticket.Token);
        tables.Locks.Remove(ticket);
        return new(LockVerdict.Busy, 0);
    }

    public TicketRow[] LetGo(WorkerId worker, IReadOnlyList<long> tokens)
    {
        var own = tokens.Select(tables.Locks.Find).OfType<TicketEntry>().Where(ticket => ticket.Ask.Worker == worker);
        var admitted = tables.Locks.Leave(own, tables.Now);
        tables.WorkCame = true;
        return [.. admitted.Select(ticket => ticket.Row)];
    }

    public TicketRow[] ReadTickets(WorkerId worker) => [.. tables.Locks.All.Where(ticket => ticket.Ask.Worker == worker).Select(ticket => ticket.Row)];

    public bool Break(long token)
    {
        if (tables.Locks.Find(token) is not { } ticket) return false;
        tables.Locks.Leave([ticket], tables.Now);
        tables.WorkCame = true;
        return true;
    }

    public LockStatus[] List(LockFilter filter) =>
    [
        .. (from ticket in tables.Locks.All
            where ticket.Token > filter.After && (filter.Name is null || filter.Name == ticket.Ask.Name)
            let worker = tables.FindWorker(ticket.Ask.Worker)!.Profile.Name
            select new LockStatus(ticket.Ask.Name, ticket.Token, ticket.Ask.Places, ticket.Ask.Owner ?? worker, worker, ticket.AskedAt, ticket.HeldAt)).Take(StoreLimits.Page(filter.Limit)),
    ];
}
