namespace SimReconciliation.Carrier;

/// <summary>A token bucket: so many requests a second, and as many in a burst.</summary>
internal sealed class RateLimit(int perSecond, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = perSecond;
    private long filledAt = time.GetTimestamp();

    public bool TryTake()
    {
        if (perSecond == 0)
            return true;
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(perSecond, tokens + time.GetElapsedTime(filledAt, now).TotalSeconds * perSecond);
            filledAt = now;
            if (tokens < 1)
                return false;
            tokens--;
            return true;
        }
    }
}
