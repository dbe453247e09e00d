namespace Tidemark.Leasing;

/// <summary>Stage 2: due rows become leases of one worker.</summary>
internal interface ILeaseStore
{
    /// <summary>Gives this engine process a row (and, where the store has it, a presence) and a lease that beats keep alive.</summary>
    ValueTask<WorkerId> RegisterAsync(WorkerProfile worker);

    /// <summary>
    /// The sign of life. Called on the pulse lane: real stores complete it by blocking the calling thread, so that no pool thread is needed.
    /// Refused (<see cref="BeatReply.Alive"/> false) once the worker has been declared dead; a late beat that comes before that revives it.
    /// </summary>
    ValueTask<BeatReply> BeatAsync(Beat beat);

    /// <summary>
    /// Takes up to the asked number of due jobs a queue, of names this worker knows, in the order of rank (ties by id), none from a paused
    /// queue. Grows fence and starts of each in the same transaction: every start is counted before user code runs. First opens the
    /// <see cref="Storage.Gate.Due"/> of what has become due (<see cref="Storage.StoreLimits.GatesOpenedPerClaim"/> a call, the longest due first), also of
    /// parked jobs. One with a limit gets in line there, by rank; whenever a job of a limit has come, gone or moved, the next claim lets in whoever may enter
    /// by <see cref="Locking.Admission"/>. A suspect goes before the open rows of its queue, at most one a call. A worker that is unknown, dead or retired gets nothing.
    /// </summary>
    ValueTask<ClaimReply> ClaimAsync(ClaimRequest request);

    /// <summary>What operators ask of this worker's running jobs (cancel, park) that has not been settled yet. Idempotent; read at least once a beat.</summary>
    ValueTask<Ask[]> ReadAsksAsync(WorkerId worker);

    /// <summary>
    /// The worker has drained: its row and presence go; a job that it still holds keeps its lease until the process is gone. With such a
    /// job the row stays, as draining: where its process is seen to live, silence no longer makes it dead, and it goes when its last job is settled. Who cannot see that process has only the silence.
    /// </summary>
    ValueTask RetireAsync(WorkerId worker);
}

internal readonly record struct WorkerId(long Value);

/// <summary>The right to write for one job: the fence grows with each claim and rescue, and every write must present it.</summary>
internal readonly record struct Lease(JobId Job, long Fence, WorkerId Worker);

internal sealed record WorkerProfile
{
    /// <summary>For people: by default host:pid.</summary>
    public required string Name { get; init; }
    public required string Host { get; init; }
    public required int ProcessId { get; init; }
    public required string[] JobNames { get; init; }
    public required string[] Queues { get; init; }
    public required TimeSpan LeaseDuration { get; init; }

    /// <summary>The sum of the slots of all queues: presence is laid out for so many running attempts.</summary>
    public required int Slots { get; init; }
}

internal sealed record Beat
{
    public required WorkerId Worker { get; init; }
    public required bool Draining { get; init; }
    public required int Running { get; init; }

    /// <summary>False: it knows of no job and no lock of its own, and nobody waits for anything if it dies.</summary>
    public bool Holds { get; init; } = true;
}

/// <param name="Alive">False: this worker's leases are others' by now.</param>
/// <param name="Why">If it is not its silence: what to tell.</param>
/// <param name="MayRest">The next beat may come late in the lease, unless <see cref="Storage.IJobStore.BeatWanted"/> calls for it.</param>
internal readonly record struct BeatReply(bool Alive, string? Why = null, bool MayRest = false);

internal sealed record ClaimRequest
{
    public required WorkerId Worker { get; init; }
    public required QueueDemand[] Demands { get; init; }

    /// <summary>True if this worker has no suspect yet: it may take one, so that the next crash has one suspect only.</summary>
    public required bool SuspectAllowed { get; init; }

    /// <summary>
    /// Set after a claim whose answer was lost: every lease that the worker knows of. The reply then takes nothing new, and gives the
    /// others that the worker holds, as they were claimed (same fence, same start); without this they would be leased for ever to one who lives.
    /// </summary>
    public Lease[]? Known { get; init; }

    /// <summary>What makes the worker ask.</summary>
    public ClaimPrompt Prompt { get; init; }

    /// <summary>What is still asked for after these were claimed.</summary>
    public ClaimRequest After(IReadOnlyCollection<ClaimedJob> jobs) => this with
    {
        Demands = [.. Demands.Select(demand => demand with { Max = demand.Max - jobs.Count(job => job.Queue == demand.Queue) })],
        SuspectAllowed = SuspectAllowed && !jobs.Any(job => job.IsSuspect),
    };
}

internal enum ClaimPrompt
{
    /// <summary>Somebody has told of work, or there is room for more of what was left.</summary>
    Told,

    /// <summary>Something was known to become due. Others may not know: where there is more than this worker takes, they are told.</summary>
    Due,

    /// <summary>Nothing: a store to which it costs more to take than to look may look first. Others are told as of what is due.</summary>
    Poll,
}

internal readonly record struct QueueDemand(string Queue, int Max);

internal sealed record ClaimReply
{
    public required ClaimedJob[] Jobs { get; init; }

    /// <summary>True if a queue asked about had more open rows than were asked for (suspects not counted): claim again as soon as there is room.</summary>
    public required bool More { get; init; }

    /// <summary>The earliest instant at which a gated job of any name becomes due, or null. Not after <see cref="Now"/>: more was due than one call opens, claim again.</summary>
    public required DateTimeOffset? NextDueAt { get; init; }

    /// <summary>The store's clock at the claim.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>A row as claimed: all that the attempt and its finished row need, so that settling reads nothing back.</summary>
internal sealed record ClaimedJob
{
    public required JobId Id { get; init; }
    public required long Fence { get; init; }

    /// <summary>The registration that claimed it: after a worker has joined anew, what its former one held is no longer its.</summary>
    public required WorkerId Worker { get; init; }
    public Lease Lease => new(Id, Fence, Worker);
    public required string Name { get; init; }
    public required string Queue { get; init; }
    public required byte[] Arguments { get; init; }

    /// <summary>Starts so far, this one included.</summary>
    public required int Attempt { get; init; }

    /// <summary>Failures charged so far.</summary>
    public required int Failures { get; init; }

    /// <summary>Crashes charged so far: those as sole suspect, without progress since.</summary>
    public required int Crashes { get; init; }

    /// <summary>
    /// This job was running at a crash: its process runs no other suspect beside it. In the store the suspicion ends with the first save that
    /// shows progress or clears the suspects and leaves no suspect item in any stream of the job, or with the job; settling alone never ends it.
    /// </summary>
    public required bool IsSuspect { get; init; }

    public required int Priority { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string? Tags { get; init; }
    public required JobId? Parent { get; init; }
    public required Enqueueing.Visit? Visit { get; init; }

    /// <summary>The key to free when the job ends, or null: none, or not freed by the end.</summary>
    public required string? DedupKey { get; init; }

    /// <summary>The limit whose place it has, or null.</summary>
    public Enqueueing.LimitClaim? Limit { get; init; }

    /// <summary>False if no step or stream of it has ever been saved: a first attempt then reads nothing. Always true for a visit: it reads its parent's.</summary>
    public required bool HasMemory { get; init; }
}

internal enum AskKind
{
    Cancel = 0,
    Park = 1,
}

/// <summary>A request to a running attempt; it obeys at its next checkpoint or await.</summary>
internal sealed record Ask
{
    public required JobId Job { get; init; }
    public required AskKind Kind { get; init; }

    /// <summary>For <see cref="AskKind.Park"/>: until when; null until woken.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>As given, or "asked by WHO".</summary>
    public required string Reason { get; init; }
}
