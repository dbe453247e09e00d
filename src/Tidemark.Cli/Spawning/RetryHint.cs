using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tidemark.Cli.Spawning;

/// <summary>When a command asks to be tried again, said on a line of its standard error: one of the two is set.</summary>
/// <param name="After"><c>retry-after: SECONDS</c>: so long from now.</param>
/// <param name="At"><c>retry-at: RFC3339</c>: not before this instant.</param>
internal readonly record struct RetryHint(TimeSpan? After, DateTimeOffset? At)
{
    const double MostSeconds = 366 * 24 * 3600.0;

    /// <summary>The last such line; names in any case, a well-formed value only: half a hint is none.</summary>
    internal static RetryHint? Find(ReadOnlySpan<byte> errors)
    {
        while (!errors.IsEmpty)
        {
            var at = errors.LastIndexOf((byte)'\n');
            if (Parse(Trim(errors[(at + 1)..])) is { } hint) return hint;
            errors = at < 0 ? [] : errors[..at];
        }
        return null;
    }

    static RetryHint? Parse(ReadOnlySpan<byte> line)
    {
        if (Value(line, "retry-after:"u8) is [_, ..] seconds) return AfterSeconds(seconds);
        return Value(line, "retry-at:"u8) is [_, ..] instant ? AtInstant(instant) : null;
    }

    static RetryHint? AfterSeconds(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double seconds, out var used) && used == text.Length && seconds is >= 0 and <= MostSeconds
            ? new RetryHint(TimeSpan.FromSeconds(seconds), null)
            : null;

    static RetryHint? AtInstant(ReadOnlySpan<byte> text)
    {
        // The zone must be there: a time without one would silently be taken as ours.
        string[] forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        var zoned = text[^1] is (byte)'Z' or (byte)'z' || text.Length > 6 && text[^6] is (byte)'+' or (byte)'-';
        return zoned && DateTimeOffset.TryParseExact(
            Encoding.UTF8.GetString(text).ToUpperInvariant(), forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? new RetryHint(null, instant)
            : null;
    }

    static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name) ? Trim(line[name.Length..]) : [];

    static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\r"u8);
}
