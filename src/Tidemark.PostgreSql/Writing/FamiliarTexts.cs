namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Which of the users' texts come again. A prepared statement stays with its connection, and a text that has its values written into it never comes again: so one is
/// prepared when it is met a second time among the last few, and only so many.
/// </summary>
internal sealed class FamiliarTexts
{
    const int Known = 64;
    const int Remembered = 64;

    readonly HashSet<string> known = new(StringComparer.Ordinal);
    readonly Queue<string> met = new();

    /// <summary>True from the second time on.</summary>
    public bool Meets(string text)
    {
        if (known.Contains(text)) return true;
        if (known.Count == Known) return false;
        if (met.Contains(text)) return known.Add(text);
        if (met.Count == Remembered) met.Dequeue();
        met.Enqueue(text);
        return false;
    }
}
