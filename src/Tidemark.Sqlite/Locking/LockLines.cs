using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Locking;

/// <summary>The lines before locks: whoever takes a ticket out of one lets the next in, in the same transaction.</summary>
internal static class LockLines
{
    static readonly string LineSql = Sql.Load("Locking/Line");
    static readonly string AdmitSql = Sql.Load("Locking/Admit");
    static readonly string DropOfSql = Sql.Load("Locking/DropTicketsOf");

    /// <summary>Answers those who may enter now.</summary>
    public static IEnumerable<TicketRow> Admit(WriteTransaction transaction, string name)
    {
        foreach (var token in Admission.Next(Line(transaction, name)).ToList())
        {
            yield return transaction.Prepare(AdmitSql).Bind(1, token).Bind(2, transaction.Now.Ms())
                .First(row => new TicketRow(token, new(row.Int64(0)), row.Int64(1), Held: true));
        }
    }

    /// <summary>With a worker's row go its tickets.</summary>
    public static void Leave(WriteTransaction transaction, long worker)
    {
        foreach (var name in transaction.Prepare(DropOfSql).Bind(1, worker).All(row => row.Text(0)!).Distinct()) _ = Admit(transaction, name).Count();
    }

    static IEnumerable<InLine> Line(WriteTransaction transaction, string name)
    {
        var line = transaction.Prepare(LineSql).Bind(1, name);
        try
        {
            while (line.Step()) yield return new(line.Int64(0), line.Int32(1), line.Flag(2));
        }
        finally
        {
            line.Reset(); // the law reads no further than it must
        }
    }
}
