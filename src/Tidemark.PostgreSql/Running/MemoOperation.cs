using Tidemark.Leasing;
using Tidemark.Running;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Running;

/// <summary>A step's result, upserted by name.</summary>
internal sealed class MemoOperation(Lease lease, StepMemo memo) : WriteOperation<SaveReply>
{
    static readonly Sql PutSql = Sql.Load("Running/PutStep");

    public override void Execute(WriteTransaction transaction)
    {
        if (HeldRow.Find(transaction, lease) is not { } held)
        {
            Answer = new(SaveVerdict.LeaseLost, null);
            return;
        }
        transaction.Prepare(PutSql).Bind(1, lease.Job.Value).Bind(2, memo.Name).Bind(3, memo.Result).Bind(4, memo.ExpiresAt.Ms()).Run();
        held.Saved(transaction, progress: true, acquitted: false);
        Answer = new(SaveVerdict.Saved, held.Ask);
    }
}
