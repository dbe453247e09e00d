namespace Tidemark.Controlling;

/// <summary>Steering from client, dashboard and command line. Each change and its audit row are one transaction.</summary>
internal interface IControlStore
{
    /// <summary>
    /// Applies the action if the law allows it. A running job is asked, never seized: its holder obeys at its next checkpoint or beat.
    /// </summary>
    ValueTask<ControlReply> ControlAsync(ControlRequest request);

    /// <summary>Enqueues a replay visit for open quarantine rows (all of the job's, of one stream, or the ids given) and claims them for it.</summary>
    ValueTask<ReplayReply> ReplayAsync(ReplayRequest request);

    /// <summary>Gives quarantined items up: the rows go, the counters stay. Answers how many went.</summary>
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

    /// <summary>Parked, or pending with a later due time: due now.</summary>
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
