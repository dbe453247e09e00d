using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Settling;

namespace Tidemark.PostgreSql.Settling;

/// <summary>The plain successes of all batches that wait, in one statement.</summary>
internal sealed class FinishSet : WriteSet<SettleOperation>
{
    static readonly Sql FinishSql = Sql.Load("Settling/Finish");

    protected override void Add(RoundTrip trip, IReadOnlyList<SettleOperation> operations)
    {
        // In the order of their ids, as every batch of rows is locked, and by which the statement finds them.
        var plain = operations.SelectMany(operation => operation.Plain).ToArray();
        Array.Sort(plain, (one, other) => one.Job.Id.Value.CompareTo(other.Job.Id.Value));
        trip.ByIndex().Add(FinishSql, rows =>
        {
            var ended = new HashSet<(long Id, long Fence)>(plain.Length);
            while (rows.Step()) ended.Add((rows.Int64(0), rows.Int64(1)));
            foreach (var operation in operations) operation.Conclude(ended);
        })
            .Bind(1, Array.ConvertAll(plain, one => one.Job.Id.Value)).Bind(2, Array.ConvertAll(plain, one => one.Lease.Fence))
            .Bind(3, Array.ConvertAll(plain, one => (long)one.Attempt)).Bind(4, Array.ConvertAll(plain, one => (long)one.Failures))
            .Bind(5, Array.ConvertAll(plain, one => (long)one.Crashes)).Bind(6, Array.ConvertAll(plain, one => one.StartedAt.Ms()))
            .Bind(7, Array.ConvertAll(plain, one => one.Result));
    }
}
