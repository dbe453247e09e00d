using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>The columns of Take and Held: the job as it is leased; after them, those of Take alone: how the claim went.</summary>
internal static class ClaimedRow
{
    const int Rank = 1;
    const int Lane = 12;
    const int HasRare = 13;
    const int More = 21, Now = 22, NextDue = 23, Looked = 24, IsMarked = 25;

    /// <summary>Without the jobs. Looked: how many milliseconds it took to find them.</summary>
    public static (ClaimReply Reply, long Looked) ReadReply(Row row) =>
        (new() { Jobs = [], More = row.Flag(More), Now = row.Instant(Now), NextDueAt = row.InstantOrNull(NextDue) }, row.Int64(Looked));

    /// <summary>Of a limit a job has come, gone or moved.</summary>
    public static bool ReadMark(Row row) => row.Flag(IsMarked);

    /// <summary>The job has no name and no queue yet.</summary>
    public static TakenRow Read(Row row, WorkerId worker)
    {
        var hasRare = row.Flag(HasRare);
        var isVisit = hasRare && !row.IsNull(16);
        return new(row.Int64(Rank), row.Int64(Lane), new()
        {
            Id = new(row.Int64(0)),
            Fence = row.Int64(2),
            Worker = worker,
            Name = "",
            Queue = "",
            Attempt = row.Int32(3),
            Failures = row.Int32(4),
            Crashes = row.Int32(5),
            IsSuspect = row.Flag(6),
            Priority = row.Int32(7),
            DueAt = row.Instant(8),
            CreatedAt = row.Instant(9),
            Arguments = row.Blob(10)!,
            HasMemory = row.Flag(11) || isVisit,
            Tags = hasRare ? row.Text(14) : null,
            Parent = hasRare ? row.JobOrNull(15) : null,
            Visit = isVisit ? LiveRow.VisitOf(row, 16, 17) : null,
            DedupKey = hasRare ? row.Text(18) : null,
            Limit = hasRare ? LiveRow.LimitOf(row, 19, 20) : null,
        });
    }
}
