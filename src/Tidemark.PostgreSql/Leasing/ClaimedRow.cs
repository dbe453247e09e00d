using Tidemark.Leasing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>The columns of Take, TakeSuspect and Held: the job as it is leased.</summary>
internal static class ClaimedRow
{
    public const int Rank = 1;

    /// <summary>Of Take only: the rows that were seen, one more than asked for at most.</summary>
    public const int Seen = 19;
    const int Lane = 12;
    const int HasRare = 13;

    public static (long Rank, ClaimedJob Job) Read(Statement row, WorkerId worker, Lanes lanes)
    {
        var hasRare = row.Flag(HasRare);
        var isVisit = hasRare && !row.IsNull(16);
        var (queue, name) = lanes.NameOf(row.Int64(Lane));
        return (row.Int64(Rank), new()
        {
            Id = new(row.Int64(0)),
            Fence = row.Int64(2),
            Worker = worker,
            Name = name,
            Queue = queue,
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
        });
    }
}
