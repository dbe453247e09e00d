using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// Goes round the limits that are marked, some at each look, in the order of their keys: those that are marked again at once, because jobs of theirs come and go, keep nobody
/// behind them waiting.
/// </summary>
internal sealed class MarksRound
{
    const int KeysALook = 100;
    static readonly Sql MarksSql = Sql.Load("Leasing/Marks");

    string last = ""; // before all keys

    /// <summary>Locked until the transaction ends. Empty: there are none, or others look at them.</summary>
    public List<string> Next(WriteTransaction transaction)
    {
        var from = Volatile.Read(ref last);
        var keys = Behind(from, KeysALook);
        if (keys.Count < KeysALook && from.Length > 0) keys = [.. keys.Union(Behind("", KeysALook - keys.Count))];
        Volatile.Write(ref last, keys.Count < KeysALook ? "" : keys[^1]);
        return keys;

        List<string> Behind(string key, int most) => transaction.PrepareByKey(MarksSql).Bind(1, key).Bind(2, most).All(row => row.Text(0)!);
    }
}
