using System.Globalization;

namespace Tidemark.Benchmarks.PostgreSql;

/// <summary>A process and its children, by what Linux tells of them in /proc.</summary>
internal static class ProcessTree
{
    const int TicksPerSecond = 100; // USER_HZ, the unit of all times there

    // Counted from the field behind the name, which may hold anything; see proc(5).
    const int Parent = 1, User = 11, System = 12, UserOfEnded = 13, SystemOfEnded = 14;

    /// <summary>The processor time of the process, of its children, and of those of them that have ended.</summary>
    public static TimeSpan TimeOf(int root)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id) || Read(Path.Combine(folder, "stat")) is not { } told) continue;
            if (id == root) ticks += told[User] + told[System] + told[UserOfEnded] + told[SystemOfEnded];
            else if (told[Parent] == root) ticks += told[User] + told[System];
        }
        return TimeSpan.FromSeconds((double)ticks / TicksPerSecond);
    }

    // Null: it has ended since.
    static long[]? Read(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            return [.. text[(text.LastIndexOf(')') + 2)..].Split(' ').Take(SystemOfEnded + 1).Select(field => long.TryParse(field, CultureInfo.InvariantCulture, out var number) ? number : 0)];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
