using System.Collections.Immutable;
using System.Globalization;

namespace Tidemark.Scheduling.Rules;

/// <summary>Times as they stand in a stored rule: a whole number and the largest unit that leaves it whole (<c>6h</c>, <c>90s</c>).</summary>
internal static class DurationText
{
    static readonly ImmutableArray<(string Unit, long Milliseconds)> Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    public static string Of(TimeSpan time)
    {
        var milliseconds = time.Ticks / TimeSpan.TicksPerMillisecond;
        var (unit, size) = Units.First(unit => milliseconds % unit.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / size}{unit}");
    }

    public static TimeSpan Parse(string text)
    {
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits > 0 && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            foreach (var (unit, size) in Units)
                if (text.AsSpan(digits).SequenceEqual(unit) && count <= long.MaxValue / TimeSpan.TicksPerMillisecond / size) return TimeSpan.FromMilliseconds(count * size);
        }
        throw new FormatException($"'{text}' is no time of a rule. It is a whole number and one of d, h, m, s, ms: 6h.");
    }
}

/// <summary>Instants as they stand in a stored rule: UTC, ISO 8601, milliseconds only where there are some.</summary>
internal static class InstantText
{
    public static string Of(DateTimeOffset instant) => instant.UtcDateTime.ToString(instant.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset Parse(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new FormatException($"'{text}' is no instant of a rule. It is written as 2026-01-31T02:00:00Z.");
}
