using Tidemark.Leasing;
using Tidemark.Locking;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Locking;

/// <summary>Takes a worker's tickets out of their lines.</summary>
internal sealed class LetGoOperation(WorkerId worker, IReadOnlyList<long> tokens) : WriteOperation<TicketRow[]>
{
    static readonly string DropSql = Sql.Load("Locking/DropTicket");

    public override int Rows => tokens.Count;

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var names = new HashSet<string>();
        foreach (var token in tokens)
        {
            if (transaction.Prepare(DropSql).Bind(1, token).Bind(2, worker.Value).First(row => row.Text(0)) is { } name) names.Add(name);
        }
        Answer = [.. names.SelectMany(name => LockLines.Admit(transaction, name))];
    }
}
