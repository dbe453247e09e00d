namespace Tidemark.Controlling;

/// <summary>Steering from client, dashboard and command line. Each change and its audit row are one transaction.</summary>
internal interface IControlStore
{
    /// <summary>
    /// Applies the action if the law allows it. A running job is asked, never seized: its holder obeys at its next checkpoint or beat.
    /// A later ask replaces the earlier one, except that a cancel is never softened to a park (refused). A refused action leaves no audit row; the
    /// others leave one named like the action, with the reason as its detail. Where a stream of the job is split, its visits follow by
    /// <see cref="Storage.PartitionLaw"/>, each with an audit row of its own.
    /// </summary>
    ValueTask<ControlReply> ControlAsync(ControlRequest request);

    /// <summary>
    /// Enqueues a replay visit for open quarantine rows (all of the job's, of one stream, or the ids given) and claims them for it: one visit
    /// a stream, in the order of their names, with the parent's name, queue, arguments, priority and tags. Rows that another visit has are left
    /// to it, whatever state the parent is in. Audited as <c>Replay</c>, one row a visit.
    /// </summary>
    ValueTask<ReplayReply> ReplayAsync(ReplayRequest request);

    /// <summary>Gives quarantined items up: the rows go, the counters stay. Answers how many went. Audited as <c>DropQuarantine</c>, one row a job.</summary>
    ValueTask<int> DropQuarantineAsync(IReadOnlyList<long> ids, string by);

    /// <summary>Pauses or resumes a queue; creates its row if need be. Paused queues are not claimed from; running jobs go on.</summary>
    ValueTask SetQueuePausedAsync(string queue, bool paused, string by, string? reason);
}

internal enum ControlAction
{
    /// <summary>Pending, parked: cancelled now. Running: asked. Failed: refused (discard it instead).</summary>
    Cancel,

    /// <summary>Failed → pending, due now, failure and crash budgets anew; its checkpoints stay.</summary>
    Retry,

    /// <summary>Pending: parked now. Running: asked.</summary>
    Park,

    /// <summary>
    /// Parked, or pending with a later due time: due now, and ranked as if enqueued now if that is earlier. Pending and due: done, nothing changes.
    /// </summary>
    Wake,

    /// <summary>Failed → cancelled, with its memory and quarantine.</summary>
    Discard,
}

internal sealed record ControlRequest
{
    public required JobId Job { get; init; }
    public required ControlAction Action { get; init; }
    public required string By { get; init; }
    public string? Reason { get; init; }

    /// <summary>For <see cref="ControlAction.Park"/>: until when; null until woken.</summary>
    public DateTimeOffset? Until { get; init; }
}

internal enum ControlVerdict
{
    Done,

    /// <summary>The job runs: its holder was asked.</summary>
    Asked,
    Refused,
    NotFound,

    /// <summary>It is a visit for a partition, which cannot be given up alone while the job lives whose stream it is: that one is to be steered.</summary>
    OfPartition,
}

/// <summary>The verdict and the state that the job was found in.</summary>
internal readonly record struct ControlReply(ControlVerdict Verdict, JobState? Found);

internal sealed record ReplayRequest
{
    public required JobId Job { get; init; }

    /// <summary>Null: of every stream, one visit each.</summary>
    public string? Stream { get; init; }

    /// <summary>Null: all open ones.</summary>
    public IReadOnlyList<long>? Ids { get; init; }
    public required string By { get; init; }
}

internal sealed record ReplayReply
{
    public required JobId[] Visits { get; init; }
    public required int Items { get; init; }
}
