using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Lifecycle;

namespace Tidemark.Storage;

/// <summary>What every store decides alike about a split stream: the job that waits, and the visits that walk its partitions.</summary>
internal static class PartitionLaw
{
    const string Waits = "waits for its partitions: ";

    /// <summary>Why a job whose stream is split is parked; also how a store knows whom to wake.</summary>
    public static string WaitsFor(string stream, int partitions) => $"{Waits}{partitions} of stream '{stream}'";

    /// <summary>Whether a parked job says <see cref="WaitsFor"/>.</summary>
    public static bool IsWait(string? reason) => reason?.StartsWith(Waits, StringComparison.Ordinal) == true;

    /// <summary>The visits of a split stream, as they are enqueued: like their parent, and due now.</summary>
    public static NewJob VisitOf(NewJob parent, JobId id, string stream) => parent with
    {
        DueAt = null,
        Dedup = null,
        Inherits = null,
        Parent = id,
        Visit = new() { Stream = stream, Kind = VisitKind.Partition },
    };

    /// <summary>A stream that has saved a checkpoint of its own is not split any more.</summary>
    public static InvalidOperationException BegunWhole(JobId job, string stream) =>
        new($"Stream '{stream}' of job {job} has begun as a whole and cannot be split any more. Recall the job: what was begun goes on.");

    /// <summary>A visit splits nothing: of two lines of partitions none would know which to wait for.</summary>
    public static InvalidOperationException IsVisit(JobId job, string stream) =>
        new($"Job {job} is a visit and cannot split stream '{stream}': that is its parent's.");

    /// <summary>A visit in this state may still succeed without a person. Null: it has gone, as a cancelled one does.</summary>
    public static bool MaySucceed(JobState? state) => state is JobState.Pending or JobState.Running or JobState.Parked;

    /// <summary>What steering a job does to each visit for a partition of it that has not succeeded; a cancel and a discard follow from the job's end.</summary>
    public static bool GoesOnToVisits(ControlAction action) => action is ControlAction.Retry or ControlAction.Park or ControlAction.Wake;

    /// <summary>
    /// A partition cannot be given up alone while the job whose stream it is lives: the stream would pass for done, or never end. Once that job has ended nobody
    /// waits for it, and nobody could give it up for it.
    /// </summary>
    public static bool IsRefused(ControlAction action, Visit? visit) =>
        visit is { Kind: VisitKind.Partition } && action is (ControlAction.Cancel or ControlAction.Discard);

    /// <summary>The answer for the job, of its own and those of its visits.</summary>
    public static ControlVerdict Together(ControlVerdict own, IReadOnlyCollection<ControlVerdict> visits) =>
        own != ControlVerdict.Refused ? own
        : visits.Contains(ControlVerdict.Asked) ? ControlVerdict.Asked
        : visits.Contains(ControlVerdict.Done) ? ControlVerdict.Done
        : ControlVerdict.Refused;

    /// <summary>What happens to a visit, in this state, whose job is cancelled. Null: it runs, and is asked; or it has ended.</summary>
    public static JobEvent? OnCancel(JobState visit) => visit switch
    {
        JobState.Pending or JobState.Parked => JobEvent.Cancel,
        JobState.Failed => JobEvent.Discard,
        _ => null,
    };

    /// <summary>Why a visit is cancelled with its job.</summary>
    public static string CancelledWith(JobId job) => $"job {job}, of which this is a partition, was cancelled";
}
