using Tidemark.Locking;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// Lets in those who may enter of the limits of which a job has come, gone or moved; answers whether anybody was. A mark is locked by who makes it until
/// he has committed, and by who looks until he has: what is counted here has no change on its way that would not mark it again.
/// </summary>
/// <param name="round">Of this process.</param>
internal sealed class LetInOperation(MarksRound round) : WriteOperation<bool>
{
    const int LongestLook = 1_000;
    static readonly Sql ClearSql = Sql.Load("Leasing/ClearMarks");
    static readonly Sql PlacesSql = Sql.Load("Leasing/Places");
    static readonly Sql WaitingSql = Sql.Load("Leasing/Waiting");
    static readonly Sql LetInSql = Sql.Load("Leasing/LetIn");

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        Answer = false;
        var keys = round.Next(transaction);
        if (keys.Count == 0) return;
        var places = transaction.Prepare(PlacesSql).Bind(1, keys).All(row => (Key: row.Text(0)!, Holders: row.Int32(1), Least: row.Int32(2))).ToDictionary(row => row.Key);
        var admitted = keys.ToDictionary(key => key, key =>
        {
            var (_, holders, least) = places.TryGetValue(key, out var known) ? known : (key, 0, int.MaxValue);
            return Admission.Next(holders, least, transaction.Prepare(WaitingSql).Bind(1, key).Bind(2, LongestLook).All(row => new InLine(row.Int64(0), row.Int32(1), Held: false))).ToList();
        });
        long[] all = [.. admitted.Values.SelectMany(ids => ids)];
        var entered = (all.Length == 0 ? [] : transaction.Prepare(LetInSql).Bind(1, all).All(row => row.Text(0)!)).CountBy(key => key).ToDictionary();
        // Whose line goes on behind what was looked at, or has one in it that somebody holds, is looked at again.
        transaction.Prepare(ClearSql).Bind(1, keys.FindAll(key => admitted[key].Count < LongestLook && entered.GetValueOrDefault(key) == admitted[key].Count)).Run();
        Answer = entered.Count > 0;
    }
}
