using Tidemark.Locking;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// Lets in those who may enter of the limits of which a job has come, gone or moved; answers whether anybody was. A mark is locked by who makes it until
/// he has committed, and by who looks until he has: what is counted here has no change on its way that would not mark it again.
/// </summary>
internal sealed class LetInOperation : WriteOperation<bool>
{
    const int KeysALook = 100;
    const int LongestLook = 1_000;
    static readonly Sql MarksSql = Sql.Load("Leasing/Marks");
    static readonly Sql ClearSql = Sql.Load("Leasing/ClearMarks");
    static readonly Sql PlacesSql = Sql.Load("Leasing/Places");
    static readonly Sql WaitingSql = Sql.Load("Leasing/Waiting");
    static readonly Sql LetInSql = Sql.Load("Leasing/LetIn");

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        Answer = false;
        var keys = transaction.Prepare(MarksSql).Bind(1, KeysALook).All(row => row.Text(0)!);
        if (keys.Count == 0) return;
        var places = transaction.Prepare(PlacesSql).Bind(1, keys).All(row => (Key: row.Text(0)!, Holders: row.Int32(1), Least: row.Int32(2))).ToDictionary(row => row.Key);
        var admitted = new List<long>();
        var through = new List<string>();
        foreach (var key in keys)
        {
            var (_, holders, least) = places.TryGetValue(key, out var known) ? known : (key, 0, int.MaxValue);
            var waiting = transaction.Prepare(WaitingSql).Bind(1, key).Bind(2, LongestLook).All(row => new InLine(row.Int64(0), row.Int32(1), Held: false));
            var before = admitted.Count;
            admitted.AddRange(Admission.Next(holders, least, waiting));
            if (admitted.Count - before < LongestLook) through.Add(key);
        }
        if (admitted.Count > 0) transaction.Prepare(LetInSql).Bind(1, [.. admitted]).Run();
        transaction.Prepare(ClearSql).Bind(1, through).Run();
        Answer = admitted.Count > 0;
    }
}
