using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Sqlite.Enqueueing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Controlling;

/// <summary>One visit a stream with open quarantine: the child job and its claim of the rows in one write.</summary>
internal sealed class ReplayOperation(ReplayRequest request, Lanes lanes) : WriteOperation<ReplayReply>
{
    static readonly string StreamsSql = Sql.Load("Controlling/ReplayableStreams");
    static readonly string RowsSql = Sql.Load("Controlling/Replayable");
    static readonly string ClaimSql = Sql.Load("Controlling/ClaimQuarantine");
    static readonly string FinishedSql = Sql.Load("Controlling/FindFinished");

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        Answer = new() { Visits = [], Items = 0 };
        if (FindParent(transaction) is not { } parent) return;
        var visits = new List<JobId>();
        var items = 0;
        foreach (var stream in Texts(transaction.Prepare(StreamsSql).Bind(1, request.Job.Value).Bind(2, request.Stream)))
        {
            var rows = Ids(transaction.Prepare(RowsSql).Bind(1, request.Job.Value).Bind(2, stream));
            if (request.Ids is { } wanted) rows.RemoveAll(id => !wanted.Contains(id));
            if (rows.Count == 0) continue;
            var visit = EnqueueOperation.Insert(transaction, parent with { Visit = new() { Stream = stream, Kind = VisitKind.QuarantineReplay } }, lanes);
            foreach (var id in rows) transaction.Prepare(ClaimSql).Bind(1, id).Bind(2, visit.Value).Run();
            Ledger.Audit(transaction, request.By, "Replay", request.Job, null, $"{rows.Count} of stream '{stream}' by visit {visit}");
            visits.Add(visit);
            items += rows.Count;
        }
        Answer = new() { Visits = [.. visits], Items = items };
    }

    // The visit is asked for with the parent's name, queue, arguments, priority and tags.
    NewJob? FindParent(WriteTransaction transaction)
    {
        if (LiveRow.Find(transaction, request.Job) is { } live) return live.Accepted(transaction, lanes) with { Parent = request.Job, Visit = null };
        var found = transaction.Prepare(FinishedSql).Bind(1, request.Job.Value)
            .First(row => (Lane: row.Int64(0), Priority: row.Int32(1), Arguments: row.Blob(2)!, Tags: row.Text(3), Limit: LiveRow.LimitOf(row, 5, 6)));
        return found.Arguments is null ? null : Child(transaction, found.Lane, found.Priority, found.Arguments, found.Tags, found.Limit);
    }

    NewJob Child(WriteTransaction transaction, long lane, int priority, byte[] arguments, string? tags, LimitClaim? limit)
    {
        var (queue, name) = lanes.NameOf(transaction, lane);
        return new() { Name = name, Queue = queue, Arguments = arguments, Priority = priority, DueAt = null, Tags = tags, Dedup = null, Limit = limit, Parent = request.Job, Visit = null };
    }

    static List<string> Texts(Statement row)
    {
        var all = new List<string>();
        while (row.Step()) all.Add(row.Text(0)!);
        row.Reset();
        return all;
    }

    static List<long> Ids(Statement row)
    {
        var all = new List<long>();
        while (row.Step()) all.Add(row.Int64(0));
        row.Reset();
        return all;
    }
}
