using System.Text;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;

namespace Tidemark.StoreContract;

/// <summary>Records with plain values, to be changed by <c>with</c> where a test means something.</summary>
internal static class Given
{
    public const string Name = "reconcile";
    public const string Queue = "default";
    public const string Stream = "sims";

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);

    public static NewJob Job => new()
    {
        Name = Name,
        Queue = Queue,
        Arguments = Json("{}"),
        Priority = 0,
        DueAt = null,
        Tags = null,
        Dedup = null,
        Parent = null,
        Visit = null,
    };

    public static DedupClaim Key(string key, DedupScope scope = DedupScope.UntilSettled, TimeSpan? duration = null, string hash = "0123456789abcdef") =>
        new() { Key = key, ArgumentsHash = hash, Scope = scope, Duration = duration };

    public static WorkerProfile Worker => new()
    {
        Name = "host-a:17",
        Host = "host-a",
        ProcessId = 17,
        JobNames = [Name],
        Queues = [Queue],
        LeaseDuration = TimeSpan.FromSeconds(15),
        Slots = 8,
    };

    public static CheckpointRows Rows => new()
    {
        Cursor = null,
        Fingerprint = null,
        Counters = default,
        Settled = [],
        Passed = [],
        Quarantined = [],
        RetryLater = [],
        RetryDone = [],
        Replayed = [],
        TakenBack = [],
        Acquitted = [],
        Breaker = null,
        Ended = false,
        Progress = false,
    };

    public static QuarantineEntry Bad(string key) => new() { Key = key, Payload = Json($"\"{key}\""), Failures = 3, Error = $"{key} is malformed" };

    public static RetryItem Later(string key) => new() { Key = key, Payload = Json($"\"{key}\""), Failures = 1, DueAt = DateTimeOffset.UnixEpoch, Error = "not yet" };

    public static StepMemo Memo(string name) => new() { Name = name, Result = Json($"\"{name}\""), ExpiresAt = null };

    public static Interruption Interruption(InterruptionCause cause) =>
        new() { Cause = cause, CostItems = 0, CostMs = 0, Exact = true, Detail = "as a test has it" };

    /// <summary>The settlement that the law makes of the event, with the budgets as claimed.</summary>
    public static Settlement Outcome(ClaimedJob job, WorkerId worker, JobEvent happened) => new()
    {
        Job = job,
        Lease = new(job.Id, job.Fence, worker),
        Event = happened,
        Next = Transitions.Next(JobState.Running, happened)!.Value,
        Attempt = job.Attempt,
        Failures = job.Failures,
        Crashes = job.Crashes,
        StartedAt = job.CreatedAt,
    };
}
