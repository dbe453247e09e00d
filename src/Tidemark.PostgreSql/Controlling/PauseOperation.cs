using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Controlling;

/// <summary>Pauses or resumes a queue.</summary>
internal sealed class PauseOperation(string queue, bool paused, string by, string? reason) : WriteOperation<bool>
{
    static readonly Sql SetSql = Sql.Load("Controlling/SetPaused");

    public override void Execute(WriteTransaction transaction)
    {
        transaction.Prepare(SetSql).Bind(1, queue).Bind(2, paused).Bind(3, paused ? reason : null).Run();
        Ledger.Audit(transaction, by, paused ? "Pause" : "Resume", null, queue, reason);
        Answer = true;
    }
}
