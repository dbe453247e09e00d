using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;

namespace Tidemark.PostgreSql.Running;

/// <summary>The rows beside a stream's line, by arrays: settled keys, retry list, suspects. Deletions go before upserts, but a key settled and passed at once goes.</summary>
internal static class StreamRows
{
    static readonly Sql AddSettledSql = Sql.Load("Running/AddSettled");
    static readonly Sql DropSettledSql = Sql.Load("Running/DropSettled");
    static readonly Sql PutRetrySql = Sql.Load("Running/PutRetryItem");
    static readonly Sql DropRetrySql = Sql.Load("Running/DropRetryItem");
    static readonly Sql AcquitSql = Sql.Load("Running/DropSuspectItem");

    public static void Write(WriteTransaction transaction, long stream, CheckpointRows rows, IReadOnlyList<RetryItem> takenBack)
    {
        Keys(transaction, AddSettledSql, stream, rows.Settled);
        Keys(transaction, DropSettledSql, stream, rows.Passed);
        Keys(transaction, DropRetrySql, stream, rows.RetryDone);
        List(transaction, stream, rows.RetryLater);
        List(transaction, stream, takenBack);
        Keys(transaction, AcquitSql, stream, rows.Acquitted);
    }

    static void Keys(WriteTransaction transaction, Sql sql, long stream, IReadOnlyList<string> keys)
    {
        if (keys.Count > 0) transaction.Prepare(sql).Bind(1, stream).Bind(2, keys).Run();
    }

    static void List(WriteTransaction transaction, long stream, IReadOnlyList<RetryItem> given)
    {
        if (given.Count == 0) return;
        // One statement upserts a key once: the last of two is the one that stays.
        var items = given.Select((item, at) => (item, at)).GroupBy(one => one.item.Key).Select(same => same.MaxBy(one => one.at).item).ToList();
        transaction.Prepare(PutRetrySql).Bind(1, stream).Bind(2, [.. items.Select(item => item.Key)]).Bind(3, [.. items.Select(item => item.Payload)])
            .Bind(4, [.. items.Select(item => (long)item.Failures)]).Bind(5, [.. items.Select(item => item.DueAt.Ms())]).Bind(6, [.. items.Select(item => item.Error)]).Run();
    }
}
