using Tidemark.Running;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Running;

/// <summary>Open quarantine: set aside, taken back, replayed.</summary>
internal static class QuarantineRows
{
    static readonly string PutSql = Sql.Load("Running/PutQuarantine");
    static readonly string FindSql = Sql.Load("Running/FindOpenQuarantine");
    static readonly string ClaimSql = Sql.Load("Controlling/ClaimQuarantine");
    static readonly string DropSql = Sql.Load("Running/DropQuarantine");
    static readonly string CountMovedSql = Sql.Load("Running/CountMoved");

    /// <summary>Answers those that were there and that no visit had claimed. To be called before the other two writes: deletions go before upserts.</summary>
    public static List<RetryItem> TakeBack(WriteTransaction transaction, HeldRow held, string stream, IReadOnlyList<RetryItem> items)
    {
        var taken = new List<RetryItem>(items.Count);
        foreach (var item in items)
        {
            if (Find(transaction, held, stream, item.Key, visit: null) is not { } id) continue;
            if (held.IsReplay) transaction.Prepare(ClaimSql).Bind(1, id).Bind(2, held.Job.Value).Run();
            else transaction.Prepare(DropSql).Bind(1, id).Run();
            taken.Add(item);
        }
        return taken;
    }

    public static void Write(WriteTransaction transaction, HeldRow held, string stream, CheckpointRows rows)
    {
        foreach (var key in rows.Replayed)
        {
            if (Find(transaction, held, stream, key, held.Job) is not { } id) continue;
            transaction.Prepare(CountMovedSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Run();
            transaction.Prepare(DropSql).Bind(1, id).Run();
        }
        foreach (var entry in rows.Quarantined)
        {
            transaction.Prepare(PutSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, entry.Key).Bind(4, entry.Payload).Bind(5, entry.Failures)
                .Bind(6, entry.Error).Bind(7, transaction.Now.Ms()).Run();
        }
    }

    static long? Find(WriteTransaction transaction, HeldRow held, string stream, string key, JobId? visit)
    {
        var row = transaction.Prepare(FindSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, key).Bind(4, visit?.Value);
        long? id = row.Step() ? row.Int64(0) : null;
        row.Reset();
        return id;
    }
}
