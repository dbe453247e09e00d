using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark;

/// <summary>The engine's limits and times. Validated at start, all faults at once.</summary>
public sealed class TidemarkOptions
{
    /// <summary>Running attempts at once in queues that name no number of their own. Default: four a processor, at least 8.</summary>
    public int Slots { get; set; } = Math.Max(8, Environment.ProcessorCount * 4);

    /// <summary>The queues that this worker subscribes to, with their slots. Empty: those of its registered jobs, each with <see cref="Slots"/>.</summary>
    public IDictionary<string, int> Queues { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Jobs a queue that may be claimed ahead of free slots while the queue drains fast, 0 to 10,000. Given back when they wait. Default 2,000.</summary>
    public int MaxPrefetch { get; set; } = 2_000;

    /// <summary>Jobs a claim, 1 to 1,000. Default 500.</summary>
    public int ClaimBatch { get; set; } = 500;

    /// <summary>How often the store is asked for due work when no hint came: the truth behind the hints. Default 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The sign of life. Default 500 ms.</summary>
    public TimeSpan BeatInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a silent worker keeps its jobs. At least four beats. Default 15 s.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often dead workers are looked for. Default 500 ms.</summary>
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a stop waits for running handlers before it aborts them. Default 25 s (hosts give 30).</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long an aborted handler may take to return before it is reported as unresponsive and its slot written off. Default 5 s.</summary>
    public TimeSpan AbortGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No item, step or reported progress for so long: the job is reported as stalled. Default 5 minutes.</summary>
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Crashes as sole suspect, without progress between, after which a job fails. 1 to 100. Default 3.</summary>
    public int CrashBudget { get; set; } = 3;

    /// <summary>Finished jobs are dropped after this time. Default 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The most that a job's arguments, a result, a memo, or an item may take as JSON, in bytes. Default 256 KiB.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>The most that a cursor may take as JSON, in bytes. Default 16 KiB.</summary>
    public int MaxCursorBytes { get; set; } = 16 * 1024;

    /// <summary>The lines that a job logged which are kept for the operator, 0 to 1,000. Default 50.</summary>
    public int LogLines { get; set; } = 50;

    /// <summary>For people: who this worker is. Default host:pid.</summary>
    public string WorkerName { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>How arguments, results, memos, cursors and items become JSON. Give it a source-generated resolver for trimming.</summary>
    public JsonSerializerOptions Json { get; set; } = new(JsonSerializerDefaults.Web) { MaxDepth = 64, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    internal IEnumerable<string> Faults()
    {
        if (Slots is < 1 or > 10_000) yield return $"Slots is {Slots}. Use 1 to 10,000.";
        foreach (var (queue, slots) in Queues)
        {
            if (Names.Fault(queue, "queue name") is { } fault) yield return fault;
            if (slots is < 1 or > 10_000) yield return $"Queue '{queue}' has {slots} slots. Use 1 to 10,000.";
        }
        if (MaxPrefetch is < 0 or > 10_000) yield return $"MaxPrefetch is {MaxPrefetch}. Use 0 to 10,000.";
        if (ClaimBatch is < 1 or > 1_000) yield return $"ClaimBatch is {ClaimBatch}. Use 1 to 1,000.";
        if (CrashBudget is < 1 or > 100) yield return $"CrashBudget is {CrashBudget}. Use 1 to 100.";
        if (LogLines is < 0 or > 1_000) yield return $"LogLines is {LogLines}. Use 0 to 1,000.";
        if (MaxPayloadBytes is < 1_024 or > 64 * 1024 * 1024) yield return $"MaxPayloadBytes is {MaxPayloadBytes}. Use 1 KiB to 64 MiB.";
        if (MaxCursorBytes is < 256 or > 1024 * 1024) yield return $"MaxCursorBytes is {MaxCursorBytes}. Use 256 bytes to 1 MiB.";
        if (LeaseDuration < BeatInterval * 4) yield return $"LeaseDuration is {LeaseDuration}. Use at least four beats ({BeatInterval * 4}), or shorten BeatInterval.";
        if (string.IsNullOrWhiteSpace(WorkerName) || WorkerName.Length > 200) yield return $"WorkerName '{WorkerName}' must have 1 to 200 characters.";
        foreach (var (name, value, least) in new[]
        {
            (nameof(PollInterval), PollInterval, 10), (nameof(BeatInterval), BeatInterval, 10), (nameof(RescueInterval), RescueInterval, 10),
            (nameof(DrainTimeout), DrainTimeout, 0), (nameof(AbortGrace), AbortGrace, 0), (nameof(StalledAfter), StalledAfter, 1_000), (nameof(Retention), Retention, 60_000),
        })
        {
            if (value < TimeSpan.FromMilliseconds(least)) yield return $"{name} is {value}. Use at least {TimeSpan.FromMilliseconds(least)}.";
        }
    }
}
