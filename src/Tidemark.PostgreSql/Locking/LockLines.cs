using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Locking;

/// <summary>
/// The lines before locks: whoever takes a ticket out of one lets the next in, in the same transaction. A line is entered before anything in it is
/// changed, several in the order of their names: of two who each hold a row and wait for the other's, one would die.
/// </summary>
internal static class LockLines
{
    static readonly Sql EnterSql = Sql.Load("Locking/EnterLine");
    static readonly Sql LineSql = Sql.Load("Locking/Line");
    static readonly Sql AdmitSql = Sql.Load("Locking/Admit");
    static readonly Sql NamesOfSql = Sql.Load("Locking/NamesOf");
    static readonly Sql DropTicketsSql = Sql.Load("Locking/DropTickets");
    static readonly Sql DropTicketsOfSql = Sql.Load("Locking/DropTicketsOf");

    public static void Enter(WriteTransaction transaction, string name) => transaction.Prepare(EnterSql).Bind(1, name).Any();

    /// <summary>Answers those who may enter now. The line has been entered.</summary>
    public static TicketRow[] Admit(WriteTransaction transaction, string name)
    {
        var line = transaction.Prepare(LineSql).Bind(1, name).All(row => new InLine(row.Int64(0), row.Int32(1), row.Flag(2)));
        return
        [
            .. Admission.Next(line).Select(token => transaction.Prepare(AdmitSql).Bind(1, token).Bind(2, transaction.Now.Ms())
                .First(row => new TicketRow(token, new(row.Int64(0)), row.Int64(1), Held: true))),
        ];
    }

    /// <summary>A worker's tickets, or all it has, leave their lines.</summary>
    public static TicketRow[] Leave(WriteTransaction transaction, long worker, long[]? tokens = null)
    {
        var names = transaction.Prepare(NamesOfSql).Bind(1, worker).Bind(2, tokens).All(row => row.Text(0)!);
        if (names.Count == 0) return [];
        foreach (var name in names) Enter(transaction, name);
        if (tokens is null) transaction.Prepare(DropTicketsOfSql).Bind(1, worker).Run();
        else transaction.Prepare(DropTicketsSql).Bind(1, tokens).Bind(2, worker).Run();
        return [.. names.SelectMany(name => Admit(transaction, name))];
    }
}
