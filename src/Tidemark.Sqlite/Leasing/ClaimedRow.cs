using Tidemark.Leasing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>The columns of TakeOpen and TakeOne, as the job will be once it is leased.</summary>
internal static class ClaimedRow
{
    public const int Rank = 1;
    public const int Lane = 12;
    const int HasRare = 13;

    public static ClaimedJob Read(Statement row, WorkerId worker, string queue, string name)
    {
        var hasRare = row.Flag(HasRare);
        var isVisit = hasRare && !row.IsNull(16);
        return new()
        {
            Id = new(row.Int64(0)),
            Fence = row.Int64(2) + 1,
            Worker = worker,
            Name = name,
            Queue = queue,
            Attempt = row.Int32(3) + 1,
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
        };
    }
}
