using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tidemark;

/// <summary>The engine's limits and times. Validated at start, all faults at once.</summary>
public sealed class TidemarkOptions
{
    const int MostSlots = 10_000;
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Running attempts at once in queues that name no number of their own. 1 to 10,000. Default: four a processor, at least 8.</summary>
    public int Slots { get; set; } = Math.Max(8, Environment.ProcessorCount * 4);

    /// <summary>The queues that this worker subscribes to, with their slots. Empty: those of its registered jobs, each with <see cref="Slots"/>. 1 to 10,000 slots each.</summary>
    public IDictionary<string, int> Queues { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Jobs a queue that may be claimed ahead of free slots while the queue drains fast, 0 to 10,000. Given back when they wait. Default 2,000.</summary>
    public int MaxPrefetch { get; set; } = 2_000;

    /// <summary>Jobs a claim, 1 to 1,000. Default 500.</summary>
    public int ClaimBatch { get; set; } = 500;

    /// <summary>How often the store is asked for due work when no hint came: the truth behind the hints. 10 ms to 1 day, default 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The sign of life. 10 ms to 1 hour, default 500 ms.</summary>
    public TimeSpan BeatInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a silent worker keeps its jobs. Four beats to 1 day, default 15 s.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often dead workers are looked for. 10 ms to 1 day, default 500 ms.</summary>
    public TimeSpan RescueInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a stop waits for running handlers before it aborts them. 0 to 30 days, default 25 s (hosts give 30).</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long an aborted handler may take to return before it is reported as unresponsive and its slot written off, and how long a stop waits for the last outcomes to be written. 0 to 1 day, default 5 s.</summary>
    public TimeSpan AbortGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No item, step or reported progress for so long: the job is reported as stalled. 1 s to 365 days, default 5 minutes.</summary>
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Crashes as sole suspect, without progress between, after which a job fails. 1 to 100. Default 3.</summary>
    public int CrashBudget { get; set; } = 3;

    /// <summary>How long an <see cref="IAlertSink"/> may take for one alert. 10 ms to 1 hour, default 10 s.</summary>
    public TimeSpan AlertTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Alerts that wait for one sink; of more it is not told, and the log says so. 1 to 100,000. Default 1,000.</summary>
    public int AlertBacklog { get; set; } = 1_000;

    /// <summary>Finished jobs are dropped after this time; of services on one store, whoever keeps them for the shortest time drops everybody's. 1 minute to 3,650 days, default 30 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The most that a job's arguments, a result, a memo, or an item may take as JSON, in bytes. 1 KiB to 64 MiB, default 256 KiB.</summary>
    public int MaxPayloadBytes { get; set; } = 256 * 1024;

    /// <summary>The most that a cursor may take as JSON, in bytes. 256 bytes to 1 MiB, default 16 KiB.</summary>
    public int MaxCursorBytes { get; set; } = 16 * 1024;

    /// <summary>The lines that a job logged which are kept for the operator, 0 to 1,000. Default 50.</summary>
    public int LogLines { get; set; } = 50;

    /// <summary>
    /// Whose schedules those are that this process declares: all its processes and releases have the same. What one of them declares no longer is marked as
    /// orphaned. 1 to 100 characters, as a job's name; default: the name of the program's main assembly.
    /// </summary>
    public string Application { get; set; } = Hosting.MainAssembly.Name;

    /// <summary>For people: who this worker is. Default host:pid.</summary>
    public string WorkerName { get; set; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>How arguments, results, memos, cursors and items become JSON. A source-generated context needs to name your own types only. Read when the host starts.</summary>
    public JsonSerializerOptions Json { get; set; } = new(JsonSerializerDefaults.Web) { MaxDepth = 64, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <summary>Whose history this process keeps short by its <see cref="Retention"/>: of jobs whose name begins so. Null: of all.</summary>
    internal string? PrunedNames { get; set; }

    /// <summary>How seldom it does, and not before. Zero: each minute, and at once.</summary>
    internal TimeSpan PrunesEvery { get; set; }

    /// <summary>A worker runs even without jobs: for locks.</summary>
    internal bool KeepsLocks { get; set; }

    internal IEnumerable<string> Faults()
    {
        foreach (var fault in Setting.Faults("",
            new(nameof(Slots), Slots, 1, MostSlots),
            new(nameof(MaxPrefetch), MaxPrefetch, 0, 10_000),
            new(nameof(ClaimBatch), ClaimBatch, 1, 1_000),
            new(nameof(PollInterval), PollInterval, Tick, TimeSpan.FromDays(1)),
            new(nameof(BeatInterval), BeatInterval, Tick, TimeSpan.FromHours(1)),
            new(nameof(RescueInterval), RescueInterval, Tick, TimeSpan.FromDays(1)),
            new(nameof(DrainTimeout), DrainTimeout, TimeSpan.Zero, Setting.MostWait),
            new(nameof(AbortGrace), AbortGrace, TimeSpan.Zero, TimeSpan.FromDays(1)),
            new(nameof(StalledAfter), StalledAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
            new(nameof(CrashBudget), CrashBudget, 1, 100),
            new(nameof(AlertTimeout), AlertTimeout, Tick, TimeSpan.FromHours(1)),
            new(nameof(AlertBacklog), AlertBacklog, 1, 100_000),
            new(nameof(Retention), Retention, TimeSpan.FromMinutes(1), Setting.MostKept),
            new(nameof(MaxPayloadBytes), MaxPayloadBytes, 1_024, 64 * 1024 * 1024),
            new(nameof(MaxCursorBytes), MaxCursorBytes, 256, 1024 * 1024),
            new(nameof(LogLines), LogLines, 0, 1_000)))
            yield return fault;
        foreach (var (queue, slots) in Queues)
        {
            if (Names.Fault(queue, "queue name") is { } fault) yield return fault;
            if (slots is < 1 or > MostSlots) yield return $"Queue '{queue}' has {slots} slots. Use 1 to 10,000.";
        }
        if (Names.Fault(Application, "Application") is { } nameless) yield return nameless;
        var beats = BeatInterval > TimeSpan.FromHours(1) ? TimeSpan.Zero : BeatInterval * 4; // one that is out of its range is told already
        if (LeaseDuration < beats || LeaseDuration > TimeSpan.FromDays(1)) yield return $"LeaseDuration is {LeaseDuration}. Use four beats ({Setting.Words(beats)}) to 1 day, or shorten BeatInterval.";
        if (string.IsNullOrWhiteSpace(WorkerName) || WorkerName.Length > 200) yield return $"WorkerName '{WorkerName}' must have 1 to 200 characters.";
        else if (Lifecycle.KeptText.Fault(WorkerName) is { } unkept) yield return $"WorkerName {unkept}.";
        if (Json is null) yield return "Json is null. Give it options, or leave the default.";
    }
}
