using Tidemark.Locking;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Locking;

/// <summary>Gets in line, or answers how the same asking stands.</summary>
internal sealed class AskOperation(LockAsk ask) : WriteOperation<LockReply>
{
    static readonly string MayClaimSql = Sql.Load("Leasing/MayClaim");
    static readonly string FindSql = Sql.Load("Locking/FindTicket");
    static readonly string PutSql = Sql.Load("Locking/PutTicket");
    static readonly string DropSql = Sql.Load("Locking/DropTicket");

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction) => Answer = Ask(transaction);

    LockReply Ask(WriteTransaction transaction)
    {
        if (!transaction.Prepare(MayClaimSql).Bind(1, ask.Worker.Value).Any()) return new(LockVerdict.NoWorker, 0);
        var known = transaction.Prepare(FindSql).Bind(1, ask.Worker.Value).Bind(2, ask.Call).First(row => new InLine(row.Int64(0), 1, row.Flag(1)));
        if (known.Token != 0) return new(known.Held ? LockVerdict.Held : LockVerdict.Waiting, known.Token);
        var token = transaction.Prepare(PutSql).Bind(1, ask.Name).Bind(2, ask.Worker.Value).Bind(3, ask.Call).Bind(4, ask.Places).Bind(5, ask.Owner).Bind(6, transaction.Now.Ms())
            .First(row => row.Int64(0));
        if (LockLines.Admit(transaction, ask.Name).Any(admitted => admitted.Token == token)) return new(LockVerdict.Held, token);
        if (ask.Waits) return new(LockVerdict.Waiting, token);
        transaction.Prepare(DropSql).Bind(1, token).Bind(2, ask.Worker.Value).Run();
        return new(LockVerdict.Busy, 0);
    }
}
