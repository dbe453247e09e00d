using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Locking;

/// <summary>An operator takes a ticket from whoever has it.</summary>
internal sealed class BreakOperation(long token, string by) : WriteOperation<bool>
{
    static readonly Sql NameSql = Sql.Load("Locking/NameOf");
    static readonly Sql BreakSql = Sql.Load("Locking/Break");

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        Answer = false;
        if (transaction.Prepare(NameSql).Bind(1, token).First(row => row.Text(0)) is not { } name) return;
        LockLines.Enter(transaction, name);
        if (transaction.Prepare(BreakSql).Bind(1, token).Run() == 0) return; // let go meanwhile
        Ledger.Audit(transaction, by, "BreakLock", null, null, $"{name}, token {token}");
        _ = LockLines.Admit(transaction, name);
        Answer = true;
    }
}
