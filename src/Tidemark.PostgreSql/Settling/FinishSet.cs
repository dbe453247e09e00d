using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Settling;

namespace Tidemark.PostgreSql.Settling;

/// <summary>The plain successes of all batches that wait, a thousand a statement.</summary>
internal sealed class FinishSet : WriteSet<SettleOperation>
{
    const int MostAtOnce = 1_000; // a result is found by walking through those before it
    static readonly Sql FinishSql = Sql.Load("Settling/Finish");

    protected override void Add(RoundTrip trip, IReadOnlyList<SettleOperation> operations)
    {
        // In the order of their ids, as every batch of rows is locked, and by which the statement finds them.
        var plain = operations.SelectMany(operation => operation.Plain).OrderBy(one => one.Job.Id.Value).ThenBy(one => one.Lease.Fence).ToArray();
        var ended = new HashSet<(long Id, long Fence)>(plain.Length);
        for (var from = 0; from < plain.Length; from += MostAtOnce)
        {
            var (some, isLast) = (plain[from..Math.Min(plain.Length, from + MostAtOnce)], from + MostAtOnce >= plain.Length);
            trip.ByIndex().Add(FinishSql, rows =>
            {
                while (rows.Step()) ended.Add((rows.Int64(0), rows.Int64(1)));
                if (!isLast) return;
                foreach (var operation in operations) operation.Conclude(ended);
            })
                .Bind(1, Array.ConvertAll(some, one => one.Job.Id.Value)).Bind(2, Array.ConvertAll(some, one => one.Lease.Fence))
                .Bind(3, Array.ConvertAll(some, one => (long)one.Attempt)).Bind(4, Array.ConvertAll(some, one => (long)one.Failures))
                .Bind(5, Array.ConvertAll(some, one => (long)one.Crashes)).Bind(6, Array.ConvertAll(some, one => one.StartedAt.Ms()))
                .Bind(7, Array.ConvertAll(some, one => one.Result));
        }
    }
}
