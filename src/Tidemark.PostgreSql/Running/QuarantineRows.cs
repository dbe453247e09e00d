using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;

namespace Tidemark.PostgreSql.Running;

/// <summary>Open quarantine, by arrays: set aside, taken back, replayed.</summary>
internal static class QuarantineRows
{
    static readonly Sql PutSql = Sql.Load("Running/PutQuarantine");
    static readonly Sql FindSql = Sql.Load("Running/FindOpenQuarantine");
    static readonly Sql ClaimSql = Sql.Load("Controlling/ClaimQuarantine");
    static readonly Sql DropSql = Sql.Load("Running/DropQuarantine");
    static readonly Sql CountMovedSql = Sql.Load("Running/CountMoved");

    /// <summary>Answers those that were there and that no visit had claimed. To be called before the other two writes: deletions go before upserts.</summary>
    public static List<RetryItem> TakeBack(WriteTransaction transaction, HeldRow held, string stream, IReadOnlyList<RetryItem> items)
    {
        var found = Find(transaction, held, stream, [.. items.Select(item => item.Key)], visit: null);
        long[] ids = [.. found.Values];
        if (held.IsReplay) transaction.Prepare(ClaimSql).Bind(1, ids).Bind(2, held.Job.Value).Run();
        else transaction.Prepare(DropSql).Bind(1, ids).Run();
        return [.. items.Where(item => found.Remove(item.Key))];
    }

    public static void Write(WriteTransaction transaction, HeldRow held, string stream, CheckpointRows rows)
    {
        if (rows.Replayed.Count > 0)
        {
            long[] done = [.. Find(transaction, held, stream, [.. rows.Replayed], held.Job).Values];
            transaction.Prepare(CountMovedSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, done.Length).Run();
            transaction.Prepare(DropSql).Bind(1, done).Run();
        }
        if (rows.Quarantined.Count == 0) return;
        // One statement upserts a key once: the last of two is the one that stays.
        var entries = rows.Quarantined.Select((entry, at) => (entry, at)).GroupBy(one => one.entry.Key).Select(same => same.MaxBy(one => one.at).entry).ToList();
        transaction.Prepare(PutSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, [.. entries.Select(entry => entry.Key)])
            .Bind(4, [.. entries.Select(entry => entry.Payload)]).Bind(5, [.. entries.Select(entry => (long)entry.Failures)])
            .Bind(6, [.. entries.Select(entry => entry.Error)]).Run();
    }

    static Dictionary<string, long> Find(WriteTransaction transaction, HeldRow held, string stream, string[] keys, JobId? visit) =>
        transaction.Prepare(FindSql).Bind(1, held.QuarantineOwner.Value).Bind(2, stream).Bind(3, keys).Bind(4, visit?.Value)
            .All(row => (Id: row.Int64(0), Key: row.Text(1)!)).ToDictionary(row => row.Key, row => row.Id);
}
