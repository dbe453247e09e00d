using System.Collections.Immutable;
using System.Globalization;

namespace Tidemark.Scheduling.Rules;

/// <summary>Days on which a schedule rests, by the clock of its zone: both ends count.</summary>
internal readonly record struct ExceptedDays(DateOnly First, DateOnly Last)
{
    const string Form = "yyyy-MM-dd";

    public bool Has(DateOnly day) => First <= day && day <= Last;

    public override string ToString() => First == Last ? Text(First) : $"{Text(First)}..{Text(Last)}";

    public static ExceptedDays Parse(string text)
    {
        var ends = text.Split("..");
        return ends.Length <= 2 && Day(ends[0]) is { } first && Day(ends[^1]) is { } last && first <= last
            ? new(first, last)
            : throw new FormatException($"'{text}' are no days of a rule. A day is written as 2026-12-25, several as 2026-12-24..2027-01-02.");
    }

    public static string Words(ImmutableArray<ExceptedDays> days) => $"except {string.Join(", ", days.Take(3))}{(days.Length > 3 ? $" and {days.Length - 3} more" : "")}";

    static string Text(DateOnly day) => day.ToString(Form, CultureInfo.InvariantCulture);

    static DateOnly? Day(string text) => DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
