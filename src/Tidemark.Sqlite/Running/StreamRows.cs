using Tidemark.Running;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Running;

/// <summary>The rows beside a stream's line: settled keys, retry list, suspects. Deletions go before upserts, but a key settled and passed at once goes.</summary>
internal static class StreamRows
{
    static readonly string AddSettledSql = Sql.Load("Running/AddSettled");
    static readonly string DropSettledSql = Sql.Load("Running/DropSettled");
    static readonly string PutRetrySql = Sql.Load("Running/PutRetryItem");
    static readonly string DropRetrySql = Sql.Load("Running/DropRetryItem");
    static readonly string AcquitSql = Sql.Load("Running/DropSuspectItem");

    public static void Write(WriteTransaction transaction, long stream, CheckpointRows rows, IReadOnlyList<RetryItem> takenBack)
    {
        Each(transaction.Prepare(AddSettledSql), stream, rows.Settled);
        Each(transaction.Prepare(DropSettledSql), stream, rows.Passed);
        Each(transaction.Prepare(DropRetrySql), stream, rows.RetryDone);
        List(transaction, stream, rows.RetryLater);
        List(transaction, stream, takenBack);
        Each(transaction.Prepare(AcquitSql), stream, rows.Acquitted);
    }

    static void List(WriteTransaction transaction, long stream, IReadOnlyList<RetryItem> items)
    {
        foreach (var item in items)
        {
            transaction.Prepare(PutRetrySql).Bind(1, stream).Bind(2, item.Key).Bind(3, item.Payload).Bind(4, item.Failures).Bind(5, item.DueAt.Ms()).Bind(6, item.Error).Run();
        }
    }

    static void Each(Statement statement, long stream, IReadOnlyList<string> keys)
    {
        for (var i = 0; i < keys.Count; i++) statement.Bind(1, stream).Bind(2, keys[i]).Run();
    }
}
