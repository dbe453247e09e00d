namespace Tidemark.PostgreSql.Connections;

/// <summary>
/// At the level of a lost machine: an outcome was unknown, so what is read now may be on the primary alone, and who resolves it by reading would believe
/// what a fail-over takes back. A commit later in the log that the standby has settles all that came before.
/// </summary>
internal sealed class Doubts
{
    int raised;
    int settled;

    public bool Any => Volatile.Read(ref raised) > Volatile.Read(ref settled);

    /// <summary>To be given to <see cref="Settle"/>, taken before the commit that settles.</summary>
    public int Now => Volatile.Read(ref raised);

    public void Raise() => Interlocked.Increment(ref raised);

    public void Settle(int until)
    {
        for (var known = Volatile.Read(ref settled); known < until; known = Volatile.Read(ref settled)) Interlocked.CompareExchange(ref settled, until, known);
    }
}
