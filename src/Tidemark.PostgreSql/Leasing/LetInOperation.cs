using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// Lets in as many of the due jobs with a limit as there are places; the others wait for one. Answers whether it has let anybody in. It waits for no lock:
/// keys that somebody else is at, and rows that somebody else holds, stay as they are for the next time.
/// </summary>
internal sealed class LetInOperation : WriteOperation<bool>
{
    static readonly Sql LockSql = Sql.Load("Leasing/LockLimits");
    static readonly Sql DueSql = Sql.Load("Leasing/DueOfLimits");
    static readonly Sql TakenSql = Sql.Load("Leasing/PlacesTaken");
    static readonly Sql LetInSql = Sql.Load("Leasing/LetIn");

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        Answer = false;
        var keys = transaction.Prepare(LockSql).Bind(1, StoreLimits.GatesOpenedPerClaim).All(row => row.Text(0)!);
        if (keys.Count == 0) return;
        var due = transaction.Prepare(DueSql).Bind(1, keys).Bind(2, StoreLimits.GatesOpenedPerClaim)
            .All(row => (Id: row.Int64(0), Suspect: row.Flag(1), Limit: row.Text(2)!, Places: row.Int32(3)));
        var taken = transaction.Prepare(TakenSql).Bind(1, keys).All(row => (Key: row.Text(0)!, Count: row.Int64(1))).ToDictionary(row => row.Key, row => row.Count);
        var waits = due.ConvertAll(row => !TakePlace(taken, row.Limit, row.Places));
        transaction.Prepare(LetInSql).Bind(1, [.. due.Select(row => row.Id)])
            .Bind(2, [.. due.Select((row, at) => (long)(waits[at] ? Gate.Event : row.Suspect ? Gate.Suspect : Gate.Open))])
            .Bind(3, [.. due.Select((row, at) => waits[at] ? StoreLaw.WaitsFor(row.Limit, row.Places) : null)]).Run();
        Answer = waits.Contains(false);
    }

    static bool TakePlace(Dictionary<string, long> taken, string limit, int places)
    {
        var so = taken.GetValueOrDefault(limit);
        taken[limit] = so < places ? so + 1 : so;
        return so < places;
    }
}
