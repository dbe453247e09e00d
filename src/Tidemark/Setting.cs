using System.Globalization;

namespace Tidemark;

/// <summary>One setting with its range, checked and told in one form: the value at hand, then what may be used.</summary>
/// <param name="Name">Of the option.</param>
/// <param name="Value">A number or a <see cref="TimeSpan"/>; null where the option may be left out.</param>
/// <param name="Least">The least that it may be; <see cref="MoreThanZero"/> is told as such.</param>
/// <param name="Most">The most that it may be.</param>
/// <param name="OrNull">What null means: "for no limit"; null where the option must be given.</param>
internal readonly record struct Setting(string Name, IComparable? Value, IComparable Least, IComparable Most, string? OrNull = null)
{
    /// <summary>The least time for "more than 0".</summary>
    public static readonly TimeSpan MoreThanZero = new(1);

    /// <summary>The most that one call, one wait or a stop may take: no timer of the runtime takes more than 49 days.</summary>
    public static readonly TimeSpan MostWait = TimeSpan.FromDays(30);

    /// <summary>The most that anything may be kept for unless it is for ever: instants made of it stay within the calendar.</summary>
    public static readonly TimeSpan MostKept = TimeSpan.FromDays(3_650);

    public static IEnumerable<string> Faults(string where, params Setting[] settings)
    {
        foreach (var setting in settings)
            if (setting.Fault is { } fault) yield return $"{where}{fault}";
    }

    public string? Fault => Value is null || (Value.CompareTo(Least) >= 0 && Value.CompareTo(Most) <= 0)
        ? null
        : $"{Name} is {(Value is TimeSpan ? Value : Words(Value))}. Use {Range}{(OrNull is null ? "" : $", or null {OrNull}")}.";

    string Range => Least is TimeSpan least && least == MoreThanZero ? $"more than 0, at most {Words(Most)}" : $"{Words(Least)} to {Words(Most)}";

    /// <summary>A limit as people write it: <c>10 ms</c>, <c>1 day</c>, <c>1,000</c>.</summary>
    public static string Words(IComparable value) => value is not TimeSpan time ? string.Create(CultureInfo.InvariantCulture, $"{value:N0}") : time switch
    {
        { Ticks: 0 } => "0",
        _ when Whole(time.TotalDays) => Count(time.TotalDays, "day"),
        _ when Whole(time.TotalHours) => Count(time.TotalHours, "hour"),
        _ when Whole(time.TotalMinutes) => Count(time.TotalMinutes, "minute"),
        _ when Whole(time.TotalSeconds) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:N0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.####} ms"),
    };

    static bool Whole(double number) => number == Math.Floor(number);

    static string Count(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {unit}{(number == 1 ? "" : "s")}");
}
