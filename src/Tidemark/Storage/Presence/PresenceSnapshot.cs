using Tidemark.Storage;

namespace Tidemark.Storage.Presence;

/// <summary>What a presence file told at one moment.</summary>
internal sealed record PresenceSnapshot
{
    public required long Worker { get; init; }

    /// <summary>The lock is held: the process exists. It may still be stopped; that is what the beat tells.</summary>
    public required bool IsAlive { get; init; }
    public required WorkerPhase Phase { get; init; }

    /// <summary>False: the machine has been restarted since. What was mapped then may have reached the disk at any time before, or never: nothing is known of what ran.</summary>
    public required bool IsOfThisBoot { get; init; }

    /// <summary>For people: in another container it names another process or none. Nothing is decided by it.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Since the last beat. Null if it was counted on another time line (another boot, another time namespace): watch whether it changes.</summary>
    public required TimeSpan? BeatAge { get; init; }

    /// <summary>The beat as written, to see whether it changes.</summary>
    public required long Beat { get; init; }

    /// <summary>Attempts that ran at the last beat.</summary>
    public required int Running { get; init; }

    /// <summary>Attempts have run without a slot: what is held and not among <see cref="Slots"/> may have run too.</summary>
    public required bool Overflowed { get; init; }

    /// <summary>The running attempts.</summary>
    public required PresenceSlot[] Slots { get; init; }

    /// <summary>The last attempts whose handlers have returned, settled or about to be, with what they left unsaved.</summary>
    public required Dictionary<(JobId Job, long Fence), Cost> Returned { get; init; }
}

internal sealed record PresenceSlot
{
    public required JobId Job { get; init; }
    public required long Fence { get; init; }

    /// <summary>The stream that it is in; null: in none, or just about to enter one.</summary>
    public required string? Stream { get; init; }

    /// <summary>Items started and settled since the stream was opened.</summary>
    public required long Started { get; init; }
    public required long Settled { get; init; }

    /// <summary>Settled items, and their handler milliseconds, that no checkpoint covers.</summary>
    public required long UnsavedItems { get; init; }
    public required long UnsavedMs { get; init; }

    /// <summary>Handler milliseconds of the items in flight: until now, or, of a dead worker, until its last beat.</summary>
    public required long InFlightMs { get; init; }

    /// <summary>Handler milliseconds in <see cref="CostItems"/>.</summary>
    public long CostMs => UnsavedMs + InFlightMs;

    /// <summary>Items in flight whose keys are not here because all places were taken.</summary>
    public required int WithoutPlace { get; init; }
    public required PresenceItem[] InFlight { get; init; }

    /// <summary>
    /// What an interruption at that moment makes us do again. Counted from the ordinals, which are exact at every instant; an item of
    /// <see cref="InFlight"/> may have been settled just before, or not yet have been started.
    /// </summary>
    public required long CostItems { get; init; }
}

/// <param name="Key">The key, or its head if <paramref name="IsWhole"/> is false.</param>
/// <param name="IsWhole">False: the key was too long for its place.</param>
/// <param name="KeyHash">For a key that is not whole: <see cref="Presence.KeyHash"/> of all of it.</param>
/// <param name="For">How long it had been in flight; null if the time lines differ, or if its time is told of another item of its batch.</param>
internal sealed record PresenceItem(string Key, bool IsWhole, ulong KeyHash, TimeSpan? For)
{
    public bool Matches(string key) => IsWhole ? key == Key : key.StartsWith(Key, StringComparison.Ordinal) && Presence.KeyHash.Of(key) == KeyHash;
}
