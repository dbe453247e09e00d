using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>
/// The limits of which a transaction has moved a job. They are marked at its end, all at once and in the order of their keys, so that of two
/// transactions each with two limits none waits for the other in a circle.
/// </summary>
internal sealed class Limits
{
    static readonly Sql MarkSql = Sql.Load("Storage/MarkLimits");

    readonly SortedSet<string> moved = new(StringComparer.Ordinal);

    public void Moved(string key) => moved.Add(key);

    public void Mark(WriteTransaction transaction)
    {
        if (moved.Count > 0) transaction.Prepare(MarkSql).Bind(1, [.. moved]).Run();
    }
}
