using Tidemark.Seams;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Upkeep;

namespace Tidemark.Sqlite.Upkeep;

/// <summary>
/// Drops finished rows past their retention, oldest ids first, a bounded piece a call. Looks at a bounded number of rows too: what finished
/// late among the oldest waits for a later round. SQLite has no partitions to drop; pieces keep the gate free between them.
/// </summary>
internal sealed class PruneOperation(PruneRequest request) : WriteOperation<bool>
{
    static readonly string OldestSql = Sql.Load("Upkeep/OldestFinished");
    static readonly string DedupSql = Sql.Load("Upkeep/ExpiredDedup");
    static readonly string AnyDedupSql = Sql.Load("Upkeep/AnyExpiredDedup");
    static readonly string[] DropSql =
    [
        Sql.Load("Upkeep/DropFinished"), Sql.Load("Storage/ForgetSettled"), Sql.Load("Storage/ForgetRetryItems"), Sql.Load("Storage/ForgetSuspectItems"), Sql.Load("Storage/ForgetSteps"),
        Sql.Load("Upkeep/DropStreams"), Sql.Load("Upkeep/DropInterruptions"), Sql.Load("Upkeep/DropLog"), Sql.Load("Upkeep/DropAudit"),
    ];

    public override int Rows => request.Limit;

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var before = (transaction.Now - request.FinishedOlderThan).Ms();
        var row = transaction.Prepare(OldestSql).Bind(1, 0L).Bind(2, request.Limit + 1);
        var old = new List<long>();
        while (row.Step())
        {
            // Memory that is still there is needed: open quarantine, a living visit, or an heir to come.
            if (row.Int64(1) < before && !row.Flag(2)) old.Add(row.Int64(0));
        }
        row.Reset();
        var more = old.Count > request.Limit;
        if (more) old.RemoveAt(request.Limit);
        for (var at = 0; at < old.Count; at++)
        {
            foreach (var sql in DropSql) transaction.Prepare(sql).Bind(1, old[at]).Run();
            if (at == old.Count / 2) FaultPoints.Hit(FaultPoints.PruneHalfDone);
        }
        var room = request.Limit - old.Count;
        Answer = more | DropDedup(transaction, room);
    }

    static bool DropDedup(WriteTransaction transaction, int room)
    {
        if (room > 0) transaction.Prepare(DedupSql).Bind(1, transaction.Now.Ms()).Bind(2, room).Run();
        var row = transaction.Prepare(AnyDedupSql).Bind(1, transaction.Now.Ms());
        var more = row.Step();
        row.Reset();
        return more;
    }
}
