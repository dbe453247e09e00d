namespace SimReconciliation.Carrier;

/// <summary>Counts what happened to the requests since the process started. Thread-safe.</summary>
internal sealed class TrafficTally
{
    private readonly long[] faults = new long[Enum.GetValues<Fault>().Length];
    private long requests;
    private long slow;
    private long throttled;
    private long quotaRefused;

    public void Count(Blink blink)
    {
        Interlocked.Increment(ref requests);
        Interlocked.Increment(ref faults[(int)blink.Fault]);
        if (blink.Delay > TimeSpan.Zero)
            Interlocked.Increment(ref slow);
    }

    public void Throttled() => Interlocked.Increment(ref throttled);

    public void QuotaRefused() => Interlocked.Increment(ref quotaRefused);

    public TrafficCounts Read() => new(
        Interlocked.Read(ref requests),
        Interlocked.Read(ref throttled),
        Interlocked.Read(ref quotaRefused),
        Of(Fault.Error),
        Of(Fault.CutBefore) + Of(Fault.CutAfter),
        Of(Fault.Hang),
        Interlocked.Read(ref slow));

    private long Of(Fault fault) => Interlocked.Read(ref faults[(int)fault]);
}
