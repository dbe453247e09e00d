namespace Tidemark.Upkeep;

/// <summary>Chores. They compare and set like everyone else: a stale reading changes nothing.</summary>
internal interface IUpkeepStore
{
    /// <summary>
    /// Takes the leases from dead workers (presence gone, or silent for longer than their lease) and settles each of their jobs by the
    /// law: pending again as a suspect if it was running, unharmed if it was claimed but never started, failed when its crash budget is
    /// used up, cancelled if that was asked. Grows the fence, writes the ledger, names the items that were in flight. Bounded a call.
    /// </summary>
    ValueTask<RescueReply> RescueAsync(RescueRequest request);

    /// <summary>Drops finished rows, ledgers, logs and expired dedup keys older than the given instants. Bounded a call; true if there is more.</summary>
    ValueTask<bool> PruneAsync(PruneRequest request);
}

internal sealed record RescueRequest
{
    /// <summary>The rescuer: never rescues itself.</summary>
    public required Leasing.WorkerId By { get; init; }

    /// <summary>Crashes as sole suspect without progress after which a job fails.</summary>
    public required int CrashBudget { get; init; }

    /// <summary>Crashes of an item alone in flight after which it is quarantined.</summary>
    public required int ItemCrashBudget { get; init; }

    /// <summary>At most so many jobs a call.</summary>
    public required int Limit { get; init; }
}

internal sealed record RescueReply
{
    public required RescuedJob[] Jobs { get; init; }

    /// <summary>Dead workers whose last job has been taken care of.</summary>
    public required int WorkersBuried { get; init; }
    public required bool More { get; init; }
}

internal sealed record RescuedJob
{
    public required JobId Id { get; init; }
    public required string Name { get; init; }
    public required JobState Next { get; init; }
    public required Settling.Interruption? Interruption { get; init; }
}

internal sealed record PruneRequest
{
    public required TimeSpan FinishedOlderThan { get; init; }
    public required int Limit { get; init; }
}
