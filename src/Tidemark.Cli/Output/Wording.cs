using System.Globalization;

namespace Tidemark.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Counts
{
    static readonly NumberFormatInfo Spaced = new() { NumberGroupSeparator = " ", NumberDecimalDigits = 0 };

    /// <summary><c>62 114</c>.</summary>
    internal static string Of(long number) => number.ToString("N0", Spaced);

    /// <summary><c>1 item</c>, <c>44 items</c>.</summary>
    internal static string Items(long number, string what = "item") => $"{Of(number)} {what}{(number == 1 ? "" : "s")}";

    /// <summary><c>512 bytes</c>, <c>95.4 MiB</c>.</summary>
    internal static string Bytes(long bytes) => bytes switch
    {
        < 10_000 => Items(bytes, "byte"),
        < 10_000L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 10_000L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.#} GiB"),
    };

    /// <summary>Three digits, in the unit that gives them: <c>18.4/s</c>, <c>2 310/s</c>, <c>7.5/min</c>.</summary>
    internal static string Rate(double perSecond) => perSecond switch
    {
        >= 100 => $"{Of((long)Math.Round(perSecond))}/s",
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.0}/s"),
        >= 1 / 60.0 => string.Create(CultureInfo.InvariantCulture, $"{perSecond * 60:0.#}/min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond * 3600:0.#}/h"),
    };
}

/// <summary>Phrases that stand in more than one place.</summary>
internal static class Wording
{
    /// <summary><c>redo ≤ 44 items (9s of 30s)</c>, or that there is nothing to redo.</summary>
    internal static string Redo(Redo redo, Redo? bound, string atMost)
    {
        if (redo.Items == 0) return "nothing to redo";
        var time = redo.Time is { } seconds ? Durations.Format(seconds) : null;
        var limit = bound?.Time is { } most ? $" of {Durations.Format(most)}" : "";
        return $"redo {atMost} {Counts.Items(redo.Items)}{(time is null ? "" : $" ({time}{limit})")}";
    }

    /// <summary>How long until an instant that is still to come, no more exact than anybody waits: <c>in 1h00m</c>, <c>in 47m</c>, <c>in 1m30s</c>.</summary>
    internal static string Until(TimeSpan time)
    {
        var minutes = Math.Ceiling(time.TotalMinutes);
        if (minutes is > 10 and < 60) return $"in {minutes}m";
        return $"in {Durations.Format(minutes > 10 ? TimeSpan.FromMinutes(minutes) : TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)))}";
    }

    internal static string Ago(TimeSpan age) => age < TimeSpan.FromSeconds(2) ? "now" : $"{Durations.Format(age)} ago";

    /// <summary><c>parked until 2026-11-21 05:00:00Z (in 1h53m): daily quota used up</c>.</summary>
    internal static string Parked(RunSnapshot run)
    {
        var reason = run.Reason is { } why ? $": {why.TrimEnd('.', ' ')}" : "";
        return run.ParkedUntil is { } until
            ? $"parked until {until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z ({Until(until - run.Now)}){reason}"
            : $"parked until it is woken{reason}";
    }
}
