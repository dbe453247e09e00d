using System.Globalization;

namespace Tidemark.Tests.Scheduling;

/// <summary>
/// Every change of every zone's clock from 2000 to 2037, as this machine knows them. TIDEMARK_CRON_CHANGES says how many of them a sweep meets (200, drawn
/// by one seed; 0: all), and TIDEMARK_CRON_RULES how many rules each meets (1).
/// </summary>
internal static class ClockChanges
{
    static readonly DateTime First = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc), Last = new(2037, 12, 31, 0, 0, 0, DateTimeKind.Utc);
    static readonly Lazy<(TimeZoneInfo Zone, DateTime At)[]> Known = new(() => [.. All()]);

    public static int Rules => Number("TIDEMARK_CRON_RULES", 1);

    /// <summary>Those that a run meets, each with its instant.</summary>
    public static (TimeZoneInfo Zone, DateTime At)[] Draw(Random random)
    {
        var changes = Known.Value.ToArray();
        if (changes.Length < 5_000) throw new InvalidOperationException("The machine knows hardly any zones: install tzdata.");
        random.Shuffle(changes);
        var most = Number("TIDEMARK_CRON_CHANGES", 200);
        return most == 0 ? changes : changes[..Math.Min(most, changes.Length)];
    }

    static IEnumerable<(TimeZoneInfo Zone, DateTime At)> All() =>
        from zone in TimeZoneInfo.GetSystemTimeZones()
        from day in Enumerable.Range(0, (Last - First).Days)
        let morning = First.AddDays(day)
        where zone.GetUtcOffset(morning) != zone.GetUtcOffset(morning.AddDays(1))
        select (zone, Change(zone, morning));

    // The first minute of the day with another offset than its midnight's.
    static DateTime Change(TimeZoneInfo zone, DateTime morning)
    {
        var (former, at) = (zone.GetUtcOffset(morning), morning);
        while (zone.GetUtcOffset(at) == former) at = at.AddMinutes(1);
        return at;
    }

    static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
