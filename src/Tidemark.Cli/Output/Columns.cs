using System.Globalization;
using System.Text;

namespace Tidemark.Cli.Output;

/// <summary>How much room a text takes on a terminal. A line that wraps cannot be erased again.</summary>
internal static class Columns
{
    // The blocks that terminals draw two columns wide; exact for East Asian scripts and pictures, near enough elsewhere.
    static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60),
        (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1FAFF), (0x20000, 0x3FFFD),
    ];

    internal static int Of(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes()) columns += Of(rune);
        return columns;
    }

    /// <summary>The text if it fits, else its beginning and an ellipsis; control characters become spaces.</summary>
    internal static string Fit(string text, int columns, string ellipsis)
    {
        text = Printable(text);
        if (Of(text) <= columns) return text;
        if (columns <= ellipsis.Length) return "";
        var cut = new StringBuilder();
        var left = columns - ellipsis.Length;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((left -= Of(rune)) < 0) break;
            cut.Append(rune);
        }
        return cut.Append(ellipsis).ToString();
    }

    static string Printable(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)) : text;

    static int Of(Rune rune)
    {
        if (rune.IsAscii) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) return 0;
        foreach (var (first, last) in Wide)
        {
            if (rune.Value >= first && rune.Value <= last) return 2;
        }
        return 1;
    }
}
