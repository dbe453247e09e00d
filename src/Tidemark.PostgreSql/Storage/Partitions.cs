using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>The partitions of split streams, as the moves of their visits and jobs look at them and change them; under the lock of the job's row.</summary>
internal static class Partitions
{
    static readonly Sql EndSql = Sql.Load("Storage/EndPartition");
    static readonly Sql AddSql = Sql.Load("Storage/AddPartition");
    static readonly Sql EndSplitSql = Sql.Load("Storage/EndSplit");
    static readonly Sql AnyOpenSql = Sql.Load("Storage/AnyOpenPartition");
    static readonly Sql LiveSql = Sql.Load("Storage/LivePartitions");
    static readonly Sql OfLiveSql = Sql.Load("Storage/PartitionOfLive");

    /// <summary>A visit has succeeded: what it counted is its job's. False: it was for no partition.</summary>
    public static bool TryEnd(WriteTransaction transaction, JobId visit)
    {
        var (job, stream) = transaction.Prepare(EndSql).Bind(1, visit.Value).First(row => (row.Int64(0), row.Text(1)));
        if (stream is null) return false;
        transaction.Prepare(AddSql).Bind(1, job).Bind(2, stream).Bind(3, visit.Value).Run();
        transaction.Prepare(EndSplitSql).Bind(1, job).Bind(2, stream).Run();
        return true;
    }

    /// <summary>Whether a visit of this job may still succeed by itself.</summary>
    public static bool AnyOpen(WriteTransaction transaction, JobId job) => transaction.Prepare(AnyOpenSql).Bind(1, job.Value).Any();

    /// <summary>Whether the job whose stream this visit walks a partition of has not ended.</summary>
    public static bool IsOfLive(WriteTransaction transaction, JobId visit) => transaction.Prepare(OfLiveSql).Bind(1, visit.Value).Any();

    /// <summary>Those that have not ended, the failed among them.</summary>
    public static List<JobId> Live(WriteTransaction transaction, JobId job) => transaction.Prepare(LiveSql).Bind(1, job.Value).All(row => new JobId(row.Int64(0)));
}
