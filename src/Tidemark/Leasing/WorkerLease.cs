namespace Tidemark.Leasing;

/// <summary>
/// This process's right to its jobs. Trust is counted from the moment a beat was <em>sent</em>, not answered, and ends a margin before the
/// lease does: a worker that may have lost its lease stops handing out items first.
/// </summary>
internal sealed class WorkerLease(WorkerId id, TimeProvider time, TimeSpan duration)
{
    readonly long trust = (long)(duration.TotalSeconds * 0.8 * time.TimestampFrequency);
    long trustedUntil = time.GetTimestamp() + (long)(duration.TotalSeconds * 0.8 * time.TimestampFrequency); // written by the pulse, read per item
    volatile bool dead;
    long current = id.Value;

    public WorkerId Id => new(Volatile.Read(ref current));

    public bool IsTrusted => !dead && time.GetTimestamp() < Volatile.Read(ref trustedUntil);

    /// <summary>True while this registration may be believed to hold what it has claimed: the current one, and trusted.</summary>
    public bool Trusts(WorkerId registration) => registration.Value == Volatile.Read(ref current) && IsTrusted;

    /// <summary>A beat sent at this timestamp was accepted.</summary>
    public void BeatAccepted(long sentAt) => Volatile.Write(ref trustedUntil, sentAt + trust);

    /// <summary>The store has declared this worker dead.</summary>
    public void Lost() => dead = true;

    /// <summary>The process has registered anew: what it claims from now on is the new worker's.</summary>
    public void Rejoined(WorkerId worker, long sentAt)
    {
        Volatile.Write(ref current, worker.Value);
        BeatAccepted(sentAt);
        dead = false;
    }
}
