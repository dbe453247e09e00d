using Tidemark.Leasing;
using Tidemark.Locking;

namespace Tidemark.Storage.InMemory;

/// <summary>A ticket as the model keeps it.</summary>
internal sealed class TicketEntry(long token, LockAsk ask, DateTimeOffset askedAt)
{
    public long Token => token;
    public LockAsk Ask => ask;
    public DateTimeOffset AskedAt => askedAt;
    public DateTimeOffset? HeldAt { get; set; }
    public TicketRow Row => new(token, ask.Worker, ask.Call, HeldAt is not null);
}

/// <summary>The lines before locks, all in one list by token.</summary>
internal sealed class LockTable
{
    readonly SortedDictionary<long, TicketEntry> tickets = [];
    long last;

    public IEnumerable<TicketEntry> All => tickets.Values;

    public TicketEntry? Find(long token) => tickets.GetValueOrDefault(token);

    public TicketEntry? Find(WorkerId worker, long call) => All.FirstOrDefault(ticket => ticket.Ask.Worker == worker && ticket.Ask.Call == call);

    public TicketEntry Add(LockAsk ask, DateTimeOffset now)
    {
        var ticket = new TicketEntry(++last, ask, now);
        tickets.Add(ticket.Token, ticket);
        return ticket;
    }

    public void Remove(TicketEntry ticket) => tickets.Remove(ticket.Token);

    /// <summary>Lets in who may enter now, in the order of the line.</summary>
    public TicketEntry[] Admit(string name, DateTimeOffset now)
    {
        var line = All.Where(ticket => ticket.Ask.Name == name).Select(ticket => new InLine(ticket.Token, ticket.Ask.Places, ticket.HeldAt is not null));
        var admitted = Admission.Next(line).ToList().ConvertAll(token => tickets[token]);
        foreach (var ticket in admitted) ticket.HeldAt = now;
        return [.. admitted];
    }

    /// <summary>These leave their lines, and those who come next enter.</summary>
    public TicketEntry[] Leave(IEnumerable<TicketEntry> leaving, DateTimeOffset now)
    {
        var gone = leaving.ToList();
        foreach (var ticket in gone) Remove(ticket);
        return [.. gone.Select(ticket => ticket.Ask.Name).Distinct().SelectMany(name => Admit(name, now))];
    }
}
