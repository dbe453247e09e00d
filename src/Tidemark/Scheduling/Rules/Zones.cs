namespace Tidemark.Scheduling.Rules;

/// <summary>Zones by their IANA names, as this machine knows them.</summary>
internal static class Zones
{
    /// <exception cref="FormatException">This machine does not know it.</exception>
    public static TimeZoneInfo Find(string id)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(id);
        }
        catch (Exception fault) when (fault is TimeZoneNotFoundException or InvalidTimeZoneException or ArgumentException or System.Security.SecurityException)
        {
            throw new FormatException($"The time zone '{id}' is not known to this machine. Use an IANA name, Europe/Rome say, and see that the system's time zone data (tzdata) is installed.", fault);
        }
    }
}
