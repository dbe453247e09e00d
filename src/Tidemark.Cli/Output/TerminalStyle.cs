namespace Tidemark.Cli.Output;

/// <summary>What a terminal can show.</summary>
/// <param name="Width">Columns; at least 20.</param>
/// <param name="Color">Colours are wanted and understood.</param>
/// <param name="Unicode">Other letters than ASCII arrive whole.</param>
internal sealed record TerminalStyle(int Width, bool Color, bool Unicode)
{
    internal string AtMost => Unicode ? "≤" : "<=";
    internal string Dash => Unicode ? "–" : "-";
    internal string Dot => Unicode ? "·" : "-";
    internal string Ellipsis => Unicode ? "…" : "...";

    internal string Paint(Paint paint, string text) => Color && text.Length > 0 ? $"\x1b[{(int)paint}m{text}\x1b[0m" : text;
}

/// <summary>The few colours used, by their SGR number: readable on dark and light.</summary>
internal enum Paint
{
    Bold = 1,
    Faint = 2,
    Red = 31,
    Green = 32,
    Yellow = 33,
}

/// <summary>What the environment says of colours and letters. Pure: the environment is given.</summary>
internal static class TerminalHabits
{
    static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"]; // in the order in which they win

    /// <summary>NO_COLOR (any value but empty), <c>--no-color</c> and TERM=dumb each switch colours off.</summary>
    internal static bool WantsColor(Func<string, string?> environment, bool noColorAsked) =>
        !noColorAsked && string.IsNullOrEmpty(environment("NO_COLOR")) && !IsDumb(environment);

    /// <summary>A terminal that cannot move its cursor gets plain lines, as a file does.</summary>
    internal static bool IsDumb(Func<string, string?> environment) => environment("TERM") is null or "" or "dumb";

    internal static bool IsUnicode(Func<string, string?> environment)
    {
        var locale = LocaleVariables.Select(environment).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return locale is not null
            && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }
}
