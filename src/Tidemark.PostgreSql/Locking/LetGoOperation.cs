using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Locking;

/// <summary>Takes a worker's tickets out of their lines.</summary>
internal sealed class LetGoOperation(WorkerId worker, IReadOnlyList<long> tokens) : WriteOperation<TicketRow[]>
{
    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction) => Answer = LockLines.Leave(transaction, worker.Value, [.. tokens]);
}
