using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Controlling;

/// <summary>Gives quarantined items up.</summary>
internal sealed class DropOperation(IReadOnlyList<long> ids, string by) : WriteOperation<int>
{
    const int KeysTold = 10;
    static readonly string FindSql = Sql.Load("Controlling/FindQuarantine");
    static readonly string DropSql = Sql.Load("Running/DropQuarantine");

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var dropped = new List<(JobId Job, string Key)>();
        foreach (var id in ids.Distinct())
        {
            var row = transaction.Prepare(FindSql).Bind(1, id);
            if (row.Step()) dropped.Add((new(row.Int64(0)), row.Text(1)!));
            row.Reset();
            transaction.Prepare(DropSql).Bind(1, id).Run();
        }
        foreach (var ofJob in dropped.GroupBy(row => row.Job).OrderBy(group => group.Key.Value))
        {
            Ledger.Audit(transaction, by, "DropQuarantine", ofJob.Key, null, $"{ofJob.Count()} dropped: {string.Join(", ", ofJob.Take(KeysTold).Select(row => row.Key))}");
            Memories.ForgetIfDone(transaction, ofJob.Key);
        }
        Answer = dropped.Count;
    }
}
