using Tidemark.Running;
using Tidemark.Sqlite.Enqueueing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Running;

/// <summary>A stream's line and a visit for each of its partitions, in one write under the fence.</summary>
internal sealed class SplitOperation(Split split, Lanes lanes) : WriteOperation<SaveReply>
{
    static readonly string IsSplitSql = Sql.Load("Running/IsSplit");
    static readonly string FindSql = Sql.Load("Running/FindStream");
    static readonly string SplitSql = Sql.Load("Running/SplitStream");
    static readonly string PutSql = Sql.Load("Running/PutPartition");

    public override int Rows => split.Partitions;

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        if (HeldRow.Find(transaction, split.Lease) is not { } held)
        {
            Answer = new(SaveVerdict.LeaseLost, null);
            return;
        }
        if (held.QuarantineOwner != held.Job) throw PartitionLaw.IsVisit(held.Job, split.Stream);
        Answer = new(SaveVerdict.Saved, held.Ask);
        if (transaction.Prepare(IsSplitSql).Bind(1, held.Job.Value).Bind(2, split.Stream).Any()) return; // a repeat after an unknown outcome
        if (transaction.Prepare(FindSql).Bind(1, held.Job.Value).Bind(2, split.Stream).Any()) throw PartitionLaw.BegunWhole(held.Job, split.Stream);
        if (held.Ask is not null) return; // nobody walks for a job that is about to leave
        transaction.Prepare(SplitSql).Bind(1, held.Job.Value).Bind(2, split.Stream).Bind(3, transaction.Now.Ms()).Run();
        var visit = PartitionLaw.VisitOf(LiveRow.Find(transaction, held.Job)!.Accepted(transaction, lanes), held.Job, split.Stream);
        for (var number = 0; number < split.Partitions; number++)
        {
            var id = EnqueueOperation.Insert(transaction, visit, lanes);
            transaction.Prepare(PutSql).Bind(1, id.Value).Bind(2, held.Job.Value).Bind(3, split.Stream).Bind(4, number).Run();
        }
        held.Saved(transaction, progress: false, acquitted: false);
    }
}
