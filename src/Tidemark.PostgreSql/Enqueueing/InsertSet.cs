using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Enqueueing;

/// <summary>The jobs of all callers that wait, in one statement; each gets its own ids back.</summary>
internal sealed class InsertSet(Lanes lanes) : WriteSet<EnqueueOperation>
{
    protected override void Add(RoundTrip trip, IReadOnlyList<EnqueueOperation> operations)
    {
        NewJob[] jobs = [.. operations.SelectMany(operation => operation.Jobs)];
        NewRows.Bind(trip.Add(NewRows.InsertSqlOf(jobs), rows =>
        {
            foreach (var operation in operations) operation.Read(rows);
        }), jobs, lanes);
    }
}
