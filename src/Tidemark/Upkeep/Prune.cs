using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Upkeep;

/// <summary>Drops what has finished longer ago than the retention, a bounded piece at a time.</summary>
internal sealed class Prune(EngineParts parts)
{
    const int RowsACall = 5_000;

    public async Task RunOnceAsync()
    {
        while (await parts.Store.PruneAsync(new() { FinishedOlderThan = parts.Options.Retention, Limit = RowsACall }))
        {
            await Task.Yield(); // between two pieces everybody else gets a turn
        }
    }
}
