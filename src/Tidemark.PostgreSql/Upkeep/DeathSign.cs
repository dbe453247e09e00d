using Tidemark.Storage.Presence;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>A worker's row, as a rescuer reads it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">For people.</param>
/// <param name="Lease">The silence after which it is dead, whatever else.</param>
/// <param name="Dead">Somebody has declared it dead, and has not come to the end of its jobs.</param>
/// <param name="Retired">It has said goodbye while it held jobs: where its process is seen to live, its silence means nothing.</param>
/// <param name="Silence">Since its last beat.</param>
/// <param name="ConnectionGone">The connection that it beat on is no longer there; never true of one that beats through a pooler, or rests.</param>
internal sealed record KnownWorker(long Id, string Name, TimeSpan Lease, bool Dead, bool Retired, TimeSpan Silence, bool ConnectionGone);

/// <summary>Why a worker is held to be dead.</summary>
internal readonly record struct DeathSign
{
    /// <summary>Its process is gone: its file's lock is free on this host, or its connection has vanished and its beat is late.</summary>
    public required bool Gone { get; init; }

    /// <summary>Nobody holds its file: whatever it said a moment ago.</summary>
    public bool IsCertain { get; init; }

    /// <summary>Unless that is certain: it must still be silent for longer than so many milliseconds when its row is locked.</summary>
    public required long SilentFor { get; init; }

    /// <summary>What it was doing; null if its file is not on this host.</summary>
    public required PresenceSnapshot? Presence { get; init; }
}
