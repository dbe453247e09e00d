namespace Tidemark;

/// <summary>A stream as declared at registration: known, validated and bindable from configuration before any run.</summary>
public sealed class StreamOptions
{
    /// <summary>The bound: the most that an interruption makes us do again. Default: ten items.</summary>
    public ResumeCost ResumeCost { get; set; } = ResumeCost.Default;

    /// <summary>Items (or batches) in flight at once, 1 to 1,024. Items in flight count against the bound, so it must be at least as large.</summary>
    public int Concurrency { get; set; } = 1;

    /// <summary>
    /// More than 1: the stream is split into so many partitions, each walked by a child job of its own (a visit) with a lease, a cursor and this very bound,
    /// on whatever worker has a slot; the job waits for them, parked, and goes on when all are done. 1 to 256, default 1. A stream that has begun keeps the
    /// number that it began with. Retries, quarantine limit and breaker count a partition each.
    /// </summary>
    public int Partitions { get; set; } = 1;

    /// <summary>How an item that fails is tried again. Default: three retries from half a second.</summary>
    public RetryPolicy Retry { get; set; } = new() { MaxRetries = 3, BaseDelay = TimeSpan.FromMilliseconds(500), Ceiling = TimeSpan.FromMinutes(1) };

    /// <summary>
    /// One call of the handler, for an item or a batch, is cancelled after so long and counts as failed. More than 0, at most 30 days. Null: no limit. Not for
    /// <c>CommitAsync</c>: the store has a limit of its own there.
    /// </summary>
    public TimeSpan? ItemTimeLimit { get; set; }

    /// <summary>A backoff longer than this puts the item on the stream's durable retry list instead of waiting in place. 0 to 5 minutes, default 5 s.</summary>
    public TimeSpan MaxWaitInPlace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>More quarantined items than this fail the job: something is wrong with more than items. 0 or more; null: no limit.</summary>
    public long? QuarantineLimit { get; set; } = 1_000;

    /// <summary>Settled items ahead of the slowest unsettled one before hand-out stops, 1 to 100,000; no less than what is in flight at once. Default 1,000.</summary>
    public int MaxAhead { get; set; } = 1_000;

    /// <summary>
    /// Items on the durable retry list, 1 to 100,000. At the limit the stream reads no new items until one has left the list: they stay in the
    /// source. Those in flight may pass it, as may what the breaker takes back. Default 10,000.
    /// </summary>
    public int MaxRetryListed { get; set; } = 10_000;

    /// <summary>
    /// Crashes with the same item alone in flight, its job being the only suspect, after which that item is quarantined: 1 to 100; 0: never
    /// (handlers that cannot take the process down). The crash that made it a suspect is not counted. Default 2, below the crash budget of the job.
    /// </summary>
    public int QuarantineAfterCrashes { get; set; } = 2;

    /// <summary>Awaited before each checkpoint is written: what its items have left elsewhere is made durable first. What it throws refuses the save.</summary>
    internal Func<Task>? BeforeSave { get; set; }

    /// <summary>When to stop the stream because the fault is not the items'. Null: never.</summary>
    public BreakerOptions? Breaker { get; set; } = new();

    internal IEnumerable<string> Faults(string where)
    {
        foreach (var fault in Setting.Faults($"{where}: ",
            new(nameof(Concurrency), Concurrency, 1, 1_024),
            new(nameof(Partitions), Partitions, 1, Storage.StoreLimits.MaxPartitions),
            new(nameof(MaxAhead), MaxAhead, 1, 100_000),
            new(nameof(MaxRetryListed), MaxRetryListed, 1, 100_000),
            new(nameof(QuarantineLimit), QuarantineLimit, 0L, long.MaxValue, "for no limit"),
            new(nameof(QuarantineAfterCrashes), QuarantineAfterCrashes, 0, 100),
            new(nameof(ItemTimeLimit), ItemTimeLimit, Setting.MoreThanZero, Setting.MostWait, "for no limit"),
            new(nameof(MaxWaitInPlace), MaxWaitInPlace, TimeSpan.Zero, TimeSpan.FromMinutes(5))))
            yield return fault;
        if (ResumeCost is null) yield return $"{where}: ResumeCost is null. Use ResumeCost.Default.";
        else if (ResumeCost.Items < Concurrency)
            yield return $"{where}: the resume cost of {ResumeCost} is smaller than the concurrency of {Concurrency}. Items in flight count against it: raise ResumeCost to at least {Concurrency} items or lower Concurrency.";
        if (Retry is null) yield return $"{where}: Retry is null. Use RetryPolicy.None for no retry.";
        foreach (var fault in ResumeCost?.Faults($"{where}, ResumeCost") ?? []) yield return fault;
        foreach (var fault in Retry?.Faults($"{where}, Retry") ?? []) yield return fault;
        foreach (var fault in Breaker?.Faults($"{where}, Breaker") ?? []) yield return fault;
    }
}

/// <summary>
/// The breaker of a stream: when most of the latest items fail at their first try with one and the same error, the fault is not the
/// items'. The stream stops, takes back what it quarantined, parks, and tries one item at a time until one succeeds.
/// </summary>
public sealed class BreakerOptions
{
    /// <summary>So many first tries among <see cref="Window"/> must have failed alike, over as many distinct keys. 2 to 1,000. Default 10.</summary>
    public int Failures { get; set; } = 10;

    /// <summary>The latest first tries that are looked at; at least <see cref="Failures"/>, at most 10,000. Default 20.</summary>
    public int Window { get; set; } = 20;

    /// <summary>How long the stream is parked before the first canary; doubles with each that fails. More than 0, at most <see cref="PauseCeiling"/>. Default 30 s.</summary>
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that the pause may grow to, at most 30 days. Default 15 minutes.</summary>
    public TimeSpan PauseCeiling { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>So many failed canaries fail the job. 1 to 1,000. Default 10.</summary>
    public int MaxCanaries { get; set; } = 10;

    internal IEnumerable<string> Faults(string where)
    {
        foreach (var fault in Setting.Faults($"{where}: ",
            new(nameof(Failures), Failures, 2, 1_000),
            new(nameof(Window), Window, 2, 10_000),
            new(nameof(Pause), Pause, Setting.MoreThanZero, Setting.MostWait),
            new(nameof(PauseCeiling), PauseCeiling, Setting.MoreThanZero, Setting.MostWait),
            new(nameof(MaxCanaries), MaxCanaries, 1, 1_000)))
            yield return fault;
        if (Window < Failures) yield return $"{where}: Window is {Window}. Use at least Failures ({Failures}).";
        if (Pause > PauseCeiling) yield return $"{where}: Pause is {Pause}. Use at most PauseCeiling ({PauseCeiling}).";
    }
}
