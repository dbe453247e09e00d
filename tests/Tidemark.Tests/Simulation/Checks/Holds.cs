using Tidemark.Locking;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>Who believes to hold the lock, by their own account; and what the store says of its line.</summary>
internal sealed class Holds(Sim sim, IJobStore store, int places, bool clocksJump)
{
    public const string Door = "door";

    readonly List<(SimProcess Process, LockKeeper Keeper, Ticket Ticket)> open = [];
    readonly HashSet<long> tokens = [];
    long greatest;

    /// <summary>How often somebody got it.</summary>
    public int Count => tokens.Count;

    public void Entered(SimProcess process, LockKeeper keeper, Ticket ticket)
    {
        sim.Note($"{process.Name} holds '{Door}' by token {ticket.Token}");
        if (!tokens.Add(ticket.Token)) sim.Fail($"token {ticket.Token} of '{Door}' was given twice");
        if (!keeper.IsHeld(ticket)) return; // lost on the way to him, as he is told
        if (places == 1 && ticket.Token < greatest) sim.Fail($"token {ticket.Token} of '{Door}' was given after token {greatest}");
        greatest = Math.Max(greatest, ticket.Token);
        // Who is dead, or knows that he may have lost it, holds nothing. Where clocks jump no lease can be trusted.
        open.RemoveAll(hold => hold.Process.IsDead || !hold.Keeper.IsHeld(hold.Ticket));
        if (!clocksJump && open.Count >= places)
            sim.Fail($"{process.Name} got '{Door}' by token {ticket.Token}, and {string.Join(", ", open.Select(hold => $"{hold.Process.Name} by token {hold.Ticket.Token}"))} hold it: {places} may");
        open.Add((process, keeper, ticket));
    }

    public void Left(Ticket ticket) => open.RemoveAll(hold => hold.Ticket == ticket);

    /// <summary>After each change of the line.</summary>
    public void Audit()
    {
        var line = SimWorld.Now(store.ListLocksAsync(new()));
        if (line.Count(one => one.HeldSince is not null) is var held && held > places) sim.Fail($"{held} hold '{Door}' by the store: {places} may");
        if (Array.FindIndex(line, one => one.HeldSince is null) is >= 0 and var first && Array.Exists(line[first..], one => one.HeldSince is not null)) sim.Fail($"somebody holds '{Door}' who came after one who waits");
    }
}
