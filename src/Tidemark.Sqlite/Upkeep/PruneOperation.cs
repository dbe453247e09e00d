using Tidemark.Seams;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Upkeep;

namespace Tidemark.Sqlite.Upkeep;

/// <summary>
/// Drops finished rows past their retention, oldest ids first, a bounded piece a call. Looks at a bounded number of rows too, and goes on behind
/// them at the next call, so that jobs that must stay hold up nobody. A piece of nothing but young rows ends the round: what finished late
/// among the oldest waits for a later one. SQLite has no partitions to drop; pieces keep the gate free between them.
/// </summary>
internal sealed class PruneOperation(PruneRequest request, PrunePlace place) : WriteOperation<bool>
{
    static readonly string OldestSql = Sql.Load("Upkeep/OldestFinished");
    static readonly string DedupSql = Sql.Load("Upkeep/ExpiredDedup");
    static readonly string AnyDedupSql = Sql.Load("Upkeep/AnyExpiredDedup");
    static readonly string[] DropSql =
    [
        Sql.Load("Upkeep/DropFinished"), Sql.Load("Storage/ForgetSettled"), Sql.Load("Storage/ForgetRetryItems"), Sql.Load("Storage/ForgetSuspectItems"), Sql.Load("Storage/ForgetSteps"),
        Sql.Load("Upkeep/DropStreams"), Sql.Load("Upkeep/DropPartitions"), Sql.Load("Upkeep/DropInterruptions"), Sql.Load("Upkeep/DropLog"), Sql.Load("Upkeep/DropAudit"),
    ];

    public override int Rows => request.Limit;

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var before = (transaction.Now - request.FinishedOlderThan).Ms();
        var old = new List<long>();
        var more = Look(transaction.Prepare(OldestSql), before, old);
        for (var at = 0; at < old.Count; at++)
        {
            foreach (var sql in DropSql) transaction.Prepare(sql).Bind(1, old[at]).Run();
            if (at == old.Count / 2) FaultPoints.Hit(FaultPoints.PruneHalfDone);
        }
        var room = request.Limit - old.Count;
        Answer = more | DropDedup(transaction, room);
    }

    // Answers whether the round goes on behind the rows that were looked at.
    bool Look(Statement row, long before, List<long> old)
    {
        var (seen, last, anyOld) = (0, 0L, false);
        row.Bind(1, place.After).Bind(2, request.Limit + 1).Bind(3, request.NamePrefix);
        while (row.Step() && ++seen <= request.Limit)
        {
            last = row.Int64(0);
            if (row.Int64(1) >= before) continue;
            anyOld = true;
            // Memory that is still there is needed: open quarantine, a living visit, or an heir to come. Others' jobs are theirs to drop.
            if (!row.Flag(2)) old.Add(last);
        }
        row.Reset();
        var goesOn = anyOld && seen > request.Limit;
        place.After = goesOn ? last : 0;
        return goesOn;
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

/// <summary>The finished row behind which the next piece of a round begins; 0 at its start. The writer thread's own.</summary>
internal sealed class PrunePlace
{
    public long After { get; set; }
}
