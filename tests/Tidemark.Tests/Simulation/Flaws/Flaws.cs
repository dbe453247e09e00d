namespace Tidemark.Tests.Simulation;

/// <summary>The defects that the simulation must notice, each with the words by which it names the promise that is broken.</summary>
internal static class Flaws
{
    public static IReadOnlyDictionary<string, (Func<IFlaw> Make, string Names)> ByName { get; } = new Dictionary<string, (Func<IFlaw>, string)>(StringComparer.Ordinal)
    {
        ["fence"] = (() => new FenceIgnored(), "was accepted under fence"),
        ["early-save"] = (() => new EarlyAcknowledgement(), " cost "),
        ["beats"] = (() => new HeartbeatSkipped(), "had been given to another"),
        ["done-set"] = (() => Altered.DoneSetDropped, " cost "),
        ["dedup"] = (() => Altered.DedupDropped, "one dedup key was given two jobs"),
        ["occurrences"] = (() => Altered.OccurrencesDropped, "one has no job and is not counted"),
        ["locks"] = (() => Altered.LocksShared, "hold 'door' by the store"),
        ["crash-budget"] = (() => Altered.CrashBudgetDropped, "takes its process number"),
    };
}
