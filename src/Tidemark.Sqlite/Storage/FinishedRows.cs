using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Storage;

/// <summary>Terminal jobs, apart from the live table. Bound from memory: nothing is read back for the usual success.</summary>
internal static class FinishedRows
{
    static readonly string InsertSql = Sql.Load("Storage/InsertFinished");

    public static void Insert(WriteTransaction transaction, LiveRow row, JobState state, bool keepsMemory) => transaction.Prepare(InsertSql)
        .Bind(1, row.Id.Value).Bind(2, row.Lane).Bind(3, (long)state).Bind(4, row.DueAt.Ms()).Bind(5, row.Priority).Bind(6, row.Fence)
        .Bind(7, row.Attempt).Bind(8, row.Failures).Bind(9, row.Crashes).Bind(10, row.CreatedAt.Ms()).Bind(11, row.StartedAt.Ms())
        .Bind(12, transaction.Now.Ms()).Bind(13, row.Arguments).Bind(14, row.Tags).Bind(15, row.Parent?.Value)
        .Bind(16, (long?)row.Visit?.Kind).Bind(17, row.Visit?.Stream).Bind(18, keepsMemory).Bind(19, row.Reason).Bind(20, row.Error).Bind(21, row.Result)
        .Bind(22, row.Limit?.Key).Bind(23, row.Limit?.Places)
        .Run();

    /// <summary>The common end: succeeded, with no memory and nothing special. Everything but the outcome stands in the row as claimed.</summary>
    public static void InsertSettled(WriteTransaction transaction, Tidemark.Settling.Settlement settled, long lane)
    {
        var job = settled.Job;
        transaction.Prepare(InsertSql)
            .Bind(1, job.Id.Value).Bind(2, lane).Bind(3, (long)settled.Next).Bind(4, job.DueAt.Ms()).Bind(5, job.Priority).Bind(6, job.Fence)
            .Bind(7, settled.Attempt).Bind(8, settled.Failures).Bind(9, settled.Crashes).Bind(10, job.CreatedAt.Ms()).Bind(11, settled.StartedAt.Ms())
            .Bind(12, transaction.Now.Ms()).Bind(13, job.Arguments).Bind(14, job.Tags).Bind(15, job.Parent?.Value)
            .Bind(16, (long?)job.Visit?.Kind).Bind(17, job.Visit?.Stream).Bind(18, false).Bind(19, settled.Reason).Bind(20, settled.Error).Bind(21, settled.Result)
            .Bind(22, job.Limit?.Key).Bind(23, job.Limit?.Places)
            .Run();
    }
}
