using System.Collections.Immutable;

namespace Tidemark.Scheduling.Cron;

/// <summary>Words for the usual rules.</summary>
internal static class CronMacros
{
    static readonly ImmutableArray<(string Name, string Means)> All =
    [
        ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"),
        ("@hourly", "0 * * * *"), ("@every_minute", "* * * * *"), ("@every_second", "* * * * * *"),
    ];

    public static string Expand(string expression)
    {
        var trimmed = expression.AsSpan().Trim(" \t");
        if (trimmed is not ['@', ..]) return expression;
        foreach (var (name, means) in All)
        {
            if (trimmed.Equals(name, StringComparison.OrdinalIgnoreCase)) return means;
        }
        throw new CronFormatException($"'{trimmed}' is unknown: there are {string.Join(", ", All.Select(macro => macro.Name))}", expression, expression.IndexOf('@', StringComparison.Ordinal));
    }
}
