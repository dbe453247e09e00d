using Microsoft.Extensions.Logging;
using Tidemark.Seams;

namespace Tidemark.Scheduling;

/// <summary>
/// Says loudly when a schedule does not do what it should: one warning when it begins, one line when it is over. Every worker judges for itself, by the
/// store's facts; so do health checks and the command line, also where no worker runs.
/// </summary>
internal sealed class ScheduleWatch(EngineParts parts)
{
    /// <summary>Schedules that are told of; of more, how many.</summary>
    public const int Most = 100;

    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Scheduling");
    readonly HashSet<(string Schedule, string Kind)> told = [];

    public async Task RunOnceAsync()
    {
        var (troubles, _) = await TroublesAsync(parts.Store);
        var now = troubles.Select(one => (one.Schedule, one.Trouble.Kind)).ToHashSet();
        foreach (var (schedule, trouble) in troubles.Where(one => !told.Contains((one.Schedule, one.Trouble.Kind))))
            logger.LogWarning("The schedule '{Schedule}' is in trouble ({Kind}): {Trouble}. {Remedy}", schedule, trouble.Kind, trouble.Text, trouble.Remedy);
        foreach (var (schedule, kind) in told.Except(now)) logger.LogInformation("The schedule '{Schedule}' is not {Kind} any more.", schedule, kind);
        told.Clear();
        told.UnionWith(now);
    }

    /// <summary>The first of those in trouble, each trouble for itself; and whether there are more.</summary>
    public static async Task<(List<(string Schedule, ScheduleTrouble Trouble)> Troubles, bool More)> TroublesAsync(Storage.IJobStore store)
    {
        var now = (await store.GetStoreAsync()).Now;
        var page = await store.ListSchedulesAsync(new() { TroubledBefore = now - ScheduleTroubles.Grace, Limit = Most });
        if (page.Schedules.Length == 0) return ([], false);
        var facts = await ScheduleFacts.ReadAsync(store);
        return ([.. page.Schedules.SelectMany(reading => ScheduleTroubles.Of(reading, facts).Select(trouble => (reading.Row.Name, trouble)))], page.Next is not null);
    }
}
