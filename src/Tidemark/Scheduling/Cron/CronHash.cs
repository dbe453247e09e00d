namespace Tidemark.Scheduling.Cron;

/// <summary>A name as a number that is the same in every process and release (FNV-1a, 32 bits).</summary>
internal static class CronHash
{
    public static uint Of(string name, string field)
    {
        var hash = 2_166_136_261u;
        foreach (var letter in name) hash = (hash ^ letter) * 16_777_619u;
        foreach (var letter in field) hash = (hash ^ letter) * 16_777_619u;
        return hash ^ hash >> 15; // the low digits of FNV are its weakest, and they choose
    }
}
