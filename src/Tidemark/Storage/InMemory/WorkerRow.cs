using Tidemark.Leasing;

namespace Tidemark.Storage.InMemory;

/// <summary>One running engine process.</summary>
internal sealed class WorkerRow
{
    public required WorkerId Id { get; init; }
    public required WorkerProfile Profile { get; init; }
    public required MemoryPresence Presence { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset LastBeat { get; set; }
    public bool Draining { get; set; }
    public int Running { get; set; }

    /// <summary>It said goodbye while it held jobs: from then on only the end of its process makes it dead.</summary>
    public bool Retired { get; set; }

    /// <summary>Its process is gone.</summary>
    public bool PresenceGone { get; set; }

    /// <summary>Judged dead by a rescue: never alive again.</summary>
    public bool Dead { get; set; }

    /// <summary>The one suspect that was running when it was judged dead, or null. Judged once: a bounded rescue takes its jobs in several calls.</summary>
    public JobId? SoleSuspect { get; set; }

    /// <summary>The jobs that it holds, by id.</summary>
    public SortedSet<long> Held { get; } = [];

    public bool IsSilent(DateTimeOffset now) => !Retired && now - LastBeat > Profile.LeaseDuration;

    public bool IsAlive(DateTimeOffset now) => !Dead && !PresenceGone && !IsSilent(now);
}
