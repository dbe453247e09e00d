using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Locking;

/// <summary>An operator takes a ticket from whoever has it.</summary>
internal sealed class BreakOperation(long token, string by) : WriteOperation<bool>
{
    static readonly string BreakSql = Sql.Load("Locking/Break");

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var name = transaction.Prepare(BreakSql).Bind(1, token).First(row => row.Text(0));
        Answer = name is not null;
        if (name is null) return;
        Ledger.Audit(transaction, by, "BreakLock", null, null, $"{name}, token {token}");
        _ = LockLines.Admit(transaction, name).Count();
    }
}
