using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Controlling;

/// <summary>Pauses or resumes a queue.</summary>
internal sealed class PauseOperation(string queue, bool paused, string by, string? reason) : WriteOperation<bool>
{
    static readonly string SetSql = Sql.Load("Controlling/SetPaused");

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        transaction.Prepare(SetSql).Bind(1, queue).Bind(2, paused).Bind(3, paused ? reason : null).Run();
        Ledger.Audit(transaction, by, paused ? "Pause" : "Resume", null, queue, reason);
        Answer = true;
    }
}
