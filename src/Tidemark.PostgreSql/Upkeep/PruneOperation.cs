using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Seams;
using Tidemark.Upkeep;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>Drops finished rows past their retention, the oldest days first, by arrays, a bounded piece a call.</summary>
internal sealed class PruneOperation(PruneRequest request) : WriteOperation<bool>
{
    static readonly Sql TrySql = Sql.Load("Upkeep/TryPrune");
    static readonly Sql OldestSql = Sql.Load("Upkeep/OldestFinished");
    static readonly Sql DropFinishedSql = Sql.Load("Upkeep/DropFinished");
    static readonly Sql DedupSql = Sql.Load("Upkeep/DropDedup");
    static readonly Sql AnyDedupSql = Sql.Load("Upkeep/AnyExpiredDedup");
    static readonly Sql[] DropSql =
        [Sql.Load("Upkeep/DropSteps"), Sql.Load("Upkeep/DropStreamRows"), Sql.Load("Upkeep/DropPartitions"), Sql.Load("Upkeep/DropInterruptions"), Sql.Load("Upkeep/DropLog"), Sql.Load("Upkeep/DropAudit")];

    public override int Rows => request.Limit;

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        Answer = false;
        if (!transaction.Prepare(TrySql).First(row => row.Flag(0))) return;
        // One more than allowed is looked at, to know whether there is more.
        var old = transaction.Prepare(OldestSql).Bind(1, (long)request.FinishedOlderThan.TotalMilliseconds).Bind(2, request.Limit + 1).Bind(3, request.NamePrefix)
            .All(row => (Id: row.Int64(0), FinishedAt: row.Int64(1)));
        var more = old.Count > request.Limit;
        if (more) old.RemoveAt(old.Count - 1);
        if (old.Count > 0) Drop(transaction, [.. old.Select(row => row.Id)], [.. old.Select(row => row.FinishedAt)]);
        Answer = more | DropDedup(transaction, request.Limit - old.Count);
    }

    static void Drop(WriteTransaction transaction, long[] ids, long[] finishedAt)
    {
        transaction.Prepare(DropFinishedSql).Bind(1, ids).Bind(2, finishedAt).Run();
        FaultPoints.Hit(FaultPoints.PruneHalfDone);
        foreach (var sql in DropSql) transaction.Prepare(sql).Bind(1, ids).Run();
    }

    static bool DropDedup(WriteTransaction transaction, int room)
    {
        // Fewer than there was room for: what is left is in somebody's hands, and waits for a later round.
        return (room == 0 || transaction.Prepare(DedupSql).Bind(1, room).Run() == room) && transaction.Prepare(AnyDedupSql).Any();
    }
}
