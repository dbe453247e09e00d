using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Controlling;

/// <summary>Gives quarantined items up.</summary>
internal sealed class DropOperation(IReadOnlyList<long> ids, string by) : WriteOperation<int>
{
    const int KeysTold = 10;
    static readonly Sql LockSql = Sql.Load("Controlling/LockJobsOfItems");
    static readonly Sql DropSql = Sql.Load("Controlling/DropQuarantine");

    // It may wait for a checkpoint's effects.
    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        transaction.PrepareByKey(LockSql).Bind(1, [.. ids]).All(row => row.Int64(0));
        var dropped = transaction.Prepare(DropSql).Bind(1, [.. ids]).All(row => (Id: row.Int64(0), Job: new JobId(row.Int64(1)), Key: row.Text(2)!));
        var order = ids.Distinct().Select((id, at) => (id, at)).ToDictionary(one => one.id, one => one.at);
        foreach (var ofJob in dropped.GroupBy(row => row.Job).OrderBy(group => group.Key.Value))
        {
            var keys = ofJob.OrderBy(row => order[row.Id]).Take(KeysTold).Select(row => row.Key);
            Ledger.Audit(transaction, by, "DropQuarantine", ofJob.Key, null, $"{ofJob.Count()} dropped: {string.Join(", ", keys)}");
            Memories.ForgetIfDone(transaction, ofJob.Key);
        }
        Answer = dropped.Count;
    }
}
