using Tidemark.Seams;

namespace Tidemark.Upkeep;

/// <summary>Chores. They compare and set like everyone else: a stale reading changes nothing.</summary>
internal interface IUpkeepStore
{
    /// <summary>
    /// Takes the leases from dead workers (presence gone, or silent for longer than their lease) and settles each of their jobs by the
    /// law: pending again as a suspect if it was running, unharmed if it was claimed but never started, failed when its crash budget is
    /// used up, cancelled if that was asked. Grows the fence, writes the ledger, names the items that were in flight. Bounded a call.
    /// </summary>
    /// <remarks>
    /// Never started = claimed, but not entered in a presence that could be read: released, its start given back, no ledger line, fence grown.
    /// Whatever else was held may have run: it becomes a suspect, and is charged a crash only if it was the one suspect among such jobs of that
    /// worker (judged once a worker, over all its jobs, however many calls its rescue takes). A crash that brings the one item in flight to its
    /// stream's <see cref="RescueRequest.ItemCrashBudgets"/> is that item's and not charged to the job: the next attempt quarantines it.
    /// The ledger's cause is Crash where the presence has gone, LeaseLost where the worker was only silent.
    /// </remarks>
    ValueTask<RescueReply> RescueAsync(RescueRequest request);

    /// <summary>
    /// Drops finished rows with their ledgers, logs and audits once they are older than given, and dedup keys that have expired. Never a failed
    /// job, nor one with open quarantine, a living visit, or memory that is kept for an heir. Bounded a call; true if there is more.
    /// </summary>
    ValueTask<bool> PruneAsync(PruneRequest request);
}

internal sealed record RescueRequest
{
    /// <summary>The rescuer: never rescues itself.</summary>
    public required Leasing.WorkerId By { get; init; }

    /// <summary>Crashes as sole suspect without progress after which a job fails.</summary>
    public required int CrashBudget { get; init; }

    /// <summary>Crashes of an item alone in flight after which it is quarantined, by job and stream. What is not here has none.</summary>
    public required IReadOnlyDictionary<(string Job, string Stream), int> ItemCrashBudgets { get; init; }

    /// <summary>At most so many jobs a call.</summary>
    public required int Limit { get; init; }

    /// <summary>False: it is others' turn to look at the whole fleet. What this host shows by itself is looked at all the same.</summary>
    public bool LooksAround { get; init; } = true;

    /// <summary>True if an item that has crashed so often is to answer for it, and its job is not.</summary>
    public bool IsItemsFault(string job, string stream, int crashes) => ItemCrashBudgets.TryGetValue((job, stream), out var budget) && crashes >= budget;
}

internal sealed record RescueReply
{
    public required RescuedJob[] Jobs { get; init; }

    /// <summary>Dead workers whose last job has been taken care of.</summary>
    public required int WorkersBuried { get; init; }

    /// <summary>The limit was reached, and there may be more: call again. Never true for ever.</summary>
    public required bool More { get; init; }

    /// <summary>Where the rescuer stands among the living; null if nobody has counted them.</summary>
    public Fleet? Fleet { get; init; }
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

    /// <summary>Only jobs whose name begins so; null: all.</summary>
    public string? NamePrefix { get; init; }

    /// <summary>At most so many rows a call, finished jobs and dedup keys together.</summary>
    public required int Limit { get; init; }
}
