using Tidemark.Locking;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>Who waits for a place of a limit is let in by a claim, which looks at those limits of which a job has come, gone or moved.</summary>
internal static class Limits
{
    const int KeysALook = 1_000;
    static readonly string MarksSql = Sql.Load("Leasing/Marks");
    static readonly string ClearSql = Sql.Load("Leasing/ClearMark");
    static readonly string PlacesSql = Sql.Load("Leasing/Places");
    static readonly string WaitingSql = Sql.Load("Leasing/Waiting");
    static readonly string LetInSql = Sql.Load("Leasing/LetIn");

    public static void LetIn(WriteTransaction transaction)
    {
        foreach (var key in transaction.Prepare(MarksSql).Bind(1, KeysALook).All(row => row.Text(0)!))
        {
            var (holders, least) = transaction.Prepare(PlacesSql).Bind(1, key).First(row => (row.Int32(0), row.IsNull(1) ? int.MaxValue : row.Int32(1)));
            foreach (var id in Admission.Next(holders, least, Waiting(transaction, key)).ToList()) transaction.Prepare(LetInSql).Bind(1, id).Run();
            transaction.Prepare(ClearSql).Bind(1, key).Run();
        }
    }

    static IEnumerable<InLine> Waiting(WriteTransaction transaction, string key)
    {
        var waiting = transaction.Prepare(WaitingSql).Bind(1, key);
        try
        {
            while (waiting.Step()) yield return new(waiting.Int64(0), waiting.Int32(1), Held: false);
        }
        finally
        {
            waiting.Reset(); // the law reads no further than it must
        }
    }
}
