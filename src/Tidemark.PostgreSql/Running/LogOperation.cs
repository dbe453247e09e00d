using Tidemark.Running;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Running;

/// <summary>Lines that running jobs logged, each job's under its fence.</summary>
internal sealed class LogOperation(IReadOnlyList<LogNews> news) : WriteOperation<SaveVerdict[]>
{
    public override int Rows => news.Sum(one => one.Lines.Count);

    public override void Execute(WriteTransaction transaction)
    {
        var verdicts = new SaveVerdict[news.Count];
        for (var at = 0; at < verdicts.Length; at++)
        {
            var held = HeldRow.Find(transaction, news[at].Lease) is not null;
            if (held) Ledger.Add(transaction, news[at].Lease.Job, news[at].Lines);
            verdicts[at] = held ? SaveVerdict.Saved : SaveVerdict.LeaseLost;
        }
        Answer = verdicts;
    }
}
