using System.CommandLine.Parsing;
using System.Globalization;

namespace SimReconciliation.Commands;

/// <summary>A duration on the command line: 500ms, 20s, 2m, 6h.</summary>
internal static class Duration
{
    private static readonly (string Unit, Func<double, TimeSpan> Of)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds),
        ("s", TimeSpan.FromSeconds),
        ("m", TimeSpan.FromMinutes),
        ("h", TimeSpan.FromHours),
    ];

    /// <summary>Of any unit, and within what a TimeSpan can hold.</summary>
    private const double Largest = 1_000_000;

    public static TimeSpan? Parse(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (TryParse(text, out var duration))
            return duration;
        argument.AddError($"'{text}' is not a duration: write 500ms, 20s, 2m or 6h.");
        return null;
    }

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (unit, of) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            var number = text.AsSpan(0, text.Length - unit.Length);
            if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < Largest)
            {
                duration = of(value);
                return true;
            }
        }

        return false;
    }
}
