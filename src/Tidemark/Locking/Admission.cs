namespace Tidemark.Locking;

/// <summary>A ticket in line, as <see cref="Admission"/> judges it.</summary>
internal readonly record struct InLine(long Token, int Places, bool Held);

/// <summary>Who may enter: the law of every store's lines, of locks and of limits. Pure.</summary>
internal static class Admission
{
    /// <summary>
    /// The tickets to admit now, first come, first served. The first who may not enter holds up those behind him, however modest: one who wants it
    /// alone would never get it otherwise. Reads the line no further than it must.
    /// </summary>
    /// <param name="line">All tickets of one name, by token: the holders, then those who wait.</param>
    public static IEnumerable<long> Next(IEnumerable<InLine> line) => Next(0, int.MaxValue, line);

    /// <summary>As the other, where the holders are counted already.</summary>
    /// <param name="holders">So many hold it.</param>
    /// <param name="least">The least that one of them allows.</param>
    /// <param name="line">The others, in their order.</param>
    public static IEnumerable<long> Next(int holders, int least, IEnumerable<InLine> line)
    {
        foreach (var ticket in line)
        {
            if (!ticket.Held)
            {
                if (holders >= Math.Min(least, ticket.Places)) yield break;
                yield return ticket.Token;
            }
            holders++;
            least = Math.Min(least, ticket.Places);
        }
    }
}
