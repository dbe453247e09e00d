using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Settling;

namespace Tidemark.Storage.InMemory;

/// <summary>One job, live or finished, with all that hangs on it. Its state, due time and gate are changed by <see cref="Mover"/> alone.</summary>
internal sealed class JobRow
{
    public required JobId Id { get; init; }
    public required NewJob Accepted { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The dedup key to free at the end, or null.</summary>
    public required string? FreedKey { get; init; }

    public JobState State { get; set; } = JobState.Pending;
    public DateTimeOffset? DueAt { get; set; }
    public long Rank { get; set; }

    /// <summary>Null once finished.</summary>
    public Gate? Gate { get; set; }

    public long Fence { get; set; }
    public int Attempt { get; set; }
    public int Failures { get; set; }
    public int Crashes { get; set; }
    public bool IsSuspect { get; set; }
    public WorkerId? Worker { get; set; }
    public Ask? Ask { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    public byte[]? Result { get; set; }
    public string? Reason { get; set; }
    public string? Error { get; set; }

    /// <summary>Its end leaves its memory to an heir, as its last settlement said.</summary>
    public bool KeepsMemory { get; set; }

    public MemoryRows Memory { get; set; } = new();
    public List<InterruptionReading> Ledger { get; } = [];
    public List<LogLine> Log { get; } = [];
    public List<AuditReading> Audit { get; } = [];

    /// <summary>Its child jobs, oldest first.</summary>
    public List<JobId> Visits { get; } = [];

    public void AddLog(IReadOnlyList<LogLine> lines)
    {
        Log.AddRange(lines.Select(line => line with { At = StoreLaw.ToMilliseconds(line.At) }));
        Log.RemoveRange(0, Math.Max(0, Log.Count - StoreLimits.LogLinesKept));
    }

    /// <summary>The job whose quarantine this one writes to: a visit's items are its parent's.</summary>
    public JobId QuarantineOwner => Accepted is { Visit: not null, Parent: { } parent } ? parent : Id;
}
