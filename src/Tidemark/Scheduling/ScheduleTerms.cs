using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Enqueueing;

namespace Tidemark.Scheduling;

/// <summary>What the code declares of a schedule, beside its arguments.</summary>
internal sealed record ScheduleTerms
{
    /// <summary>The text of the rule.</summary>
    public required string Rule { get; init; }
    public required string Job { get; init; }
    public required string Queue { get; init; }
    public int Priority { get; init; }

    /// <summary>What the job's key says of these arguments; null: none.</summary>
    public LimitClaim? Limit { get; init; }

    /// <summary>The user's, in the stored form; null for none.</summary>
    public string? Tags { get; init; }
    public Misfire Misfire { get; init; }

    /// <summary>For <see cref="Misfire.RunAll"/>.</summary>
    public int CatchUpLimit { get; init; } = 100;

    /// <summary>Occurrences older than this are missed whatever the policy says.</summary>
    public TimeSpan CatchUpWindow { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Started within this, an occurrence is in time.</summary>
    public TimeSpan InTime { get; init; } = TimeSpan.FromMinutes(1);
    public Overlap Overlap { get; init; }

    /// <summary>So long may an occurrence be held up by the last job before it is told; null: as by default.</summary>
    public TimeSpan? HeldUpAfter { get; init; }
    public bool PauseOnFailure { get; init; }
    public RuleChange OnChange { get; init; }

    /// <summary>What a later release has written beside these.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}

/// <summary>What has happened to a schedule since it was first declared. No registration resets any of it.</summary>
internal sealed record ScheduleState
{
    public required DateTimeOffset DeclaredAt { get; init; }

    /// <summary>What a grid without an instant of its own counts from.</summary>
    public required DateTimeOffset Anchor { get; init; }

    /// <summary>Everything up to this instant is decided: run, waiting, skipped or missed. Nothing up to it is ever looked at again.</summary>
    public required DateTimeOffset Cursor { get; init; }

    /// <summary>The last occurrence that was given a job.</summary>
    public DateTimeOffset? LastAt { get; init; }

    /// <summary>When that was; by the store's clock.</summary>
    public DateTimeOffset? LastFiredAt { get; init; }

    /// <summary>Decided to be run, and waiting for the last job to end. Oldest first.</summary>
    public WaitingOccurrence[] Waiting { get; init; } = [];

    /// <summary>Jobs enqueued, triggers among them.</summary>
    public long Fired { get; init; }

    /// <summary>Occurrences that nobody started in time and that the misfire policy let go.</summary>
    public long Missed { get; init; }

    /// <summary>The newest of them.</summary>
    public DateTimeOffset? LastMissedAt { get; init; }

    /// <summary>Occurrences that the overlap policy let go.</summary>
    public long Skipped { get; init; }

    /// <summary>When the first occurrence was due that waits, or was let go, because the last job has not ended.</summary>
    public DateTimeOffset? HeldUpSince { get; init; }

    /// <summary>When the last job was first seen to have ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset? PausedAt { get; init; }
    public string? PausedBy { get; init; }
    public string? PauseReason { get; init; }

    /// <summary>The failed job for which it was paused: once, not again when it is resumed.</summary>
    public long? PausedFor { get; init; }
    public DateTimeOffset? OrphanedAt { get; init; }

    /// <summary>Occurrences before this are not remembered any more.</summary>
    public DateTimeOffset? ForgottenBefore { get; init; }

    /// <summary>What a later release has written beside these.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}

internal sealed record WaitingOccurrence(DateTimeOffset At, OccurrenceKind Kind);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ScheduleTerms))]
[JsonSerializable(typeof(ScheduleState))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
