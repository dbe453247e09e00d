namespace Tidemark.Storage;

/// <summary>
/// Why a live row is not in the claim's index. The index holds only open rows (<see cref="Open"/>), so a claim never scans past
/// rows that it cannot take: whoever opens a gate re-admits them. Numbers are stored.
/// </summary>
internal enum Gate
{
    /// <summary>Claimable now.</summary>
    Open = 0,

    /// <summary>Waits for its due time, pending or parked; opened by the claim when the time has come.</summary>
    Due = 1,

    /// <summary>Was running at a crash: claimed one at a time a process, by its own small index.</summary>
    Suspect = 2,

    /// <summary>Waits for an event: parked until woken, failed, on its children; or pending, for a place of its limit.</summary>
    Event = 3,

    /// <summary>Held by a running attempt.</summary>
    Leased = 4,
}
