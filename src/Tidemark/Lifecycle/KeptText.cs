using System.Text;

namespace Tidemark.Lifecycle;

/// <summary>
/// What every store can keep as text: no U+0000, which PostgreSQL refuses in any text, and no half of a surrogate pair, for which UTF-8 has no bytes: one store would refuse it, another keep two of them as the same.
/// </summary>
internal static class KeptText
{
    const char Replacement = '\uFFFD';

    /// <summary>For people: what cannot be kept stands as U+FFFD.</summary>
    /// <param name="text">Whatever somebody wrote or threw.</param>
    /// <param name="length">What is longer is cut there, and ends in "…".</param>
    public static string Of(string text, int length)
    {
        var kept = text.AsSpan(0, Math.Min(text.Length, length));
        if (kept.Length < text.Length && char.IsHighSurrogate(kept[^1])) kept = kept[..^1];
        if (FaultAt(kept) < 0) return kept.Length == text.Length ? text : $"{kept}…";
        var whole = new StringBuilder(kept.Length + 1);
        for (int at; (at = FaultAt(kept)) >= 0; kept = kept[(at + 1)..]) whole.Append(kept[..at]).Append(Replacement);
        whole.Append(kept);
        return whole.Length < text.Length ? whole.Append('…').ToString() : whole.ToString();
    }

    /// <summary>For keys, which are compared and must stay as they are: null, or what is wrong with it, to follow its name.</summary>
    public static string? Fault(ReadOnlySpan<char> text) => FaultAt(text) switch
    {
        < 0 => null,
        var at when text[at] == '\0' => $"has the character U+0000 at position {at}, which not every store keeps: leave it out, or hash the key",
        var at => $"has half of a surrogate pair at position {at}, as is left where a text is cut in the middle of a character: cut it elsewhere, or hash the key",
    };

    static int FaultAt(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\0') && !text.ContainsAnyInRange('\uD800', '\uDFFF')) return -1; // nearly always
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\0') return at;
            if (!char.IsSurrogate(text[at])) continue;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1])) return at;
            at++;
        }
        return -1;
    }
}
