using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>
/// The places that a transaction has given free. The next are called at its end, each key after its lock is had, in their order: whoever lets in at that
/// moment either sees the place, or has sent somebody to wait whom we see. Without the lock both may look away, and he waits for ever.
/// </summary>
internal sealed class Limits
{
    static readonly Sql EnterSql = Sql.Load("Storage/EnterLimit");
    static readonly Sql CallNextSql = Sql.Load("Storage/CallNext");

    readonly SortedDictionary<string, int> left = new(StringComparer.Ordinal);

    public void Leave(string key) => left[key] = left.GetValueOrDefault(key) + 1;

    public void CallNext(WriteTransaction transaction)
    {
        foreach (var (key, places) in left)
        {
            transaction.Prepare(EnterSql).Bind(1, key).Any();
            transaction.Prepare(CallNextSql).Bind(1, key).Bind(2, places).Run();
        }
    }
}
