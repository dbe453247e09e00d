using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Upkeep;

/// <summary>Drops what has finished longer ago than the retention, a bounded piece at a time. In a large fleet a few do, in turn.</summary>
/// <param name="parts">The engine's world.</param>
/// <param name="isStopping">The process is about to end: what is left is left to others, or to the next start.</param>
internal sealed class Prune(EngineParts parts, Func<bool> isStopping)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    const int RowsACall = 5_000;

    long last = parts.Time.GetTimestamp();

    public async Task RunOnceAsync()
    {
        if (parts.Time.GetElapsedTime(last) < parts.Options.PrunesEvery) return;
        last = parts.Time.GetTimestamp();
        if (!parts.Turns.IsMine(Interval, fleet => fleet.All)) return;
        while (!isStopping() && await parts.Store.PruneAsync(new() { FinishedOlderThan = parts.Options.Retention, NamePrefix = parts.Options.PrunedNames, Limit = RowsACall }))
        {
            await Task.Yield(); // between two pieces everybody else gets a turn
        }
    }
}
