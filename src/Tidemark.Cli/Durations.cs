using System.Buffers;
using System.Globalization;

namespace Tidemark.Cli;

/// <summary>Times as people type and read them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
internal static class Durations
{
    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    static readonly double MostSeconds = TimeSpan.MaxValue.TotalSeconds / 2; // far from where a rounded number would be too large
    static readonly (string Name, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    /// <summary>
    /// The time, or null: the text is not one. A number without a unit is not one either, for nobody can know what was meant. One that is too long
    /// to be counted is <see cref="TimeSpan.MaxValue"/>: whoever asks has a limit to name.
    /// </summary>
    internal static TimeSpan? Parse(string text)
    {
        var total = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty) return null;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
            var letters = rest[digits..].IndexOfAny(Digits);
            var unit = letters < 0 ? rest[digits..] : rest.Slice(digits, letters);
            if (SecondsIn(unit) is not { } seconds) return null;
            total = number * seconds < MostSeconds - total.TotalSeconds ? total + TimeSpan.FromSeconds(number * seconds) : TimeSpan.MaxValue;
            rest = letters < 0 ? [] : rest[(digits + letters)..];
        }
        return total;
    }

    /// <summary>In the two largest units that say something: <c>450ms</c>, <c>9s</c>, <c>4m05s</c>, <c>3h12m</c>, <c>2d04h</c>.</summary>
    internal static string Format(TimeSpan time)
    {
        if (time < TimeSpan.Zero) time = TimeSpan.Zero;
        if (time < TimeSpan.FromSeconds(1)) return $"{(long)time.TotalMilliseconds}ms";
        if (time < TimeSpan.FromSeconds(10)) return $"{Math.Floor(time.TotalSeconds * 10) / 10:0.#}s";
        var seconds = (long)time.TotalSeconds;
        if (seconds < 60) return $"{seconds}s";
        if (seconds < 3600) return $"{seconds / 60}m{seconds % 60:00}s";
        return seconds < 86400 ? $"{seconds / 3600}h{seconds / 60 % 60:00}m" : $"{seconds / 86400}d{seconds / 3600 % 24:00}h";
    }

    /// <summary>A guess between two times, no more exact than it is: <c>31–37m</c>, <c>50s–2m</c>, <c>12m</c>.</summary>
    internal static string FormatRange(TimeSpan low, TimeSpan high, string dash)
    {
        var (lowText, highText) = (Rough(low), Rough(high));
        if (lowText == highText) return lowText.ToString();
        return lowText.Unit == highText.Unit ? $"{lowText.Number}{dash}{highText}" : $"{lowText}{dash}{highText}";
    }

    static double? SecondsIn(ReadOnlySpan<char> unit)
    {
        foreach (var (name, seconds) in Units)
        {
            if (unit.SequenceEqual(name)) return seconds;
        }
        return null;
    }

    static RoughTime Rough(TimeSpan time) => time.TotalSeconds switch
    {
        < 99.5 => new(Math.Round(Math.Max(time.TotalSeconds, 0)), "s"),
        < 99.5 * 60 => new(Math.Round(time.TotalMinutes), "m"),
        < 47.5 * 3600 => new(Math.Round(time.TotalHours * 2) / 2, "h"),
        _ => new(Math.Round(time.TotalDays * 2) / 2, "d"),
    };

    readonly record struct RoughTime(double Number, string Unit)
    {
        public override string ToString() => $"{Number:0.#}{Unit}";
    }
}
