using Tidemark.PostgreSql.Enqueueing;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Running;

/// <summary>A stream's line and a visit for each of its partitions, in one write under the fence.</summary>
internal sealed class SplitOperation(Split split, Lanes lanes) : WriteOperation<SaveReply>
{
    static readonly Sql IsSplitSql = Sql.Load("Running/IsSplit");
    static readonly Sql FindSql = Sql.Load("Running/FindStream");
    static readonly Sql SplitSql = Sql.Load("Running/SplitStream");
    static readonly Sql PutSql = Sql.Load("Running/PutPartitions");

    public override int Rows => split.Partitions;

    public override void Execute(WriteTransaction transaction)
    {
        if (HeldRow.Find(transaction, split.Lease) is not { } held)
        {
            Answer = new(SaveVerdict.LeaseLost, null);
            return;
        }
        if (held.QuarantineOwner != held.Job) throw PartitionLaw.IsVisit(held.Job, split.Stream);
        // Once more, now that the row is ours: what was asked while it was waited for, the statement that waited has not seen.
        var ask = Mover.FindAsk(transaction, held.Job);
        Answer = new(SaveVerdict.Saved, ask);
        if (transaction.Prepare(IsSplitSql).Bind(1, held.Job.Value).Bind(2, split.Stream).Any()) return; // a repeat after an unknown outcome
        if (transaction.Prepare(FindSql).Bind(1, held.Job.Value).Bind(2, split.Stream).Any()) throw PartitionLaw.BegunWhole(held.Job, split.Stream);
        if (ask is not null) return; // nobody walks for a job that is about to leave
        transaction.Prepare(SplitSql).Bind(1, held.Job.Value).Bind(2, split.Stream).Run();
        var visit = PartitionLaw.VisitOf(LiveRow.Find(transaction, held.Job)!.Accepted(lanes), held.Job, split.Stream);
        var visits = NewRows.Insert(transaction, [.. Enumerable.Repeat(visit, split.Partitions)], lanes);
        transaction.Prepare(PutSql).Bind(1, [.. visits.Select(id => id.Value)]).Bind(2, held.Job.Value).Bind(3, split.Stream).Run();
        held.Saved(transaction, progress: false, acquitted: false);
    }
}
