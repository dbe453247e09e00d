using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Controlling;

/// <summary>One visit a stream with open quarantine: the child job and its claim of the rows in one write.</summary>
internal sealed class ReplayOperation(ReplayRequest request, Lanes lanes) : WriteOperation<ReplayReply>
{
    static readonly Sql RowsSql = Sql.Load("Controlling/Replayable");
    static readonly Sql ClaimSql = Sql.Load("Controlling/ClaimQuarantine");
    static readonly Sql FinishedSql = Sql.Load("Controlling/FindFinished");

    public override void Execute(WriteTransaction transaction)
    {
        Answer = new() { Visits = [], Items = 0 };
        if (FindParent(transaction) is not { } parent) return;
        var visits = new List<JobId>();
        var rows = transaction.Prepare(RowsSql).Bind(1, request.Job.Value).Bind(2, request.Stream).Bind(3, request.Ids is { } wanted ? [.. wanted] : (long[]?)null)
            .All(row => (Id: row.Int64(0), Stream: row.Text(1)!));
        foreach (var stream in rows.GroupBy(row => row.Stream))
        {
            var visit = NewRows.Insert(transaction, [parent with { Visit = new() { Stream = stream.Key, Kind = VisitKind.QuarantineReplay } }], lanes)[0];
            transaction.Prepare(ClaimSql).Bind(1, [.. stream.Select(row => row.Id)]).Bind(2, visit.Value).Run();
            Ledger.Audit(transaction, request.By, "Replay", request.Job, null, $"{stream.Count()} of stream '{stream.Key}' by visit {visit}");
            visits.Add(visit);
        }
        Answer = new() { Visits = [.. visits], Items = rows.Count };
    }

    // The visit is asked for with the parent's name, queue, arguments, priority and tags. Its row is locked: it does not end, or forget, in between.
    NewJob? FindParent(WriteTransaction transaction)
    {
        if (LiveRow.Find(transaction, request.Job) is { } live) return live.Accepted(lanes) with { Parent = request.Job, Visit = null };
        return transaction.Prepare(FinishedSql).Bind(1, request.Job.Value).First(row => Child(row.Int64(0), row.Int32(1), row.Blob(2)!, row.Text(3), LiveRow.LimitOf(row, 5, 6)));
    }

    NewJob Child(long lane, int priority, byte[] arguments, string? tags, LimitClaim? limit)
    {
        var (queue, name) = lanes.NameOf(lane);
        return new() { Name = name, Queue = queue, Arguments = arguments, Priority = priority, DueAt = null, Tags = tags, Dedup = null, Limit = limit, Parent = request.Job, Visit = null };
    }
}
