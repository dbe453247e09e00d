using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>A terminal job on its way from the live rows to the finished ones. The common success goes by arrays instead (Settling/Finish).</summary>
internal static class FinishedRows
{
    static readonly Sql InsertSql = Sql.Load("Storage/InsertFinished");

    public static void Insert(WriteTransaction transaction, LiveRow row) => transaction.Prepare(InsertSql)
        .Bind(1, row.Id.Value).Bind(2, row.Lane).Bind(3, (long)row.State).Bind(4, row.DueAt.Ms()).Bind(5, row.Priority).Bind(6, row.Fence)
        .Bind(7, row.Attempt).Bind(8, row.Failures).Bind(9, row.Crashes).Bind(10, row.CreatedAt.Ms()).Bind(11, row.StartedAt.Ms())
        .Bind(12, row.Arguments).Bind(13, row.Tags).Bind(14, row.Parent?.Value).Bind(15, (long?)row.Visit?.Kind).Bind(16, row.Visit?.Stream)
        .Bind(17, row.HasMemory).Bind(18, row.HasMemory && row.KeepsMemory).Bind(19, row.Reason).Bind(20, row.Error).Bind(21, row.Result)
        .Bind(22, row.Limit?.Key).Bind(23, row.Limit?.Places).Run();
}
