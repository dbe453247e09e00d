namespace SimReconciliation.Carrier;

/// <summary>
/// The daily quota. Its "days" are counted from the Unix epoch, not from the start of the process: a carrier that was
/// killed comes back into the same day, and <see cref="Restore"/> gives it back what that day has used.
/// </summary>
internal sealed class QuotaWindow(int limit, TimeSpan window, TimeProvider time)
{
    private readonly Lock gate = new();
    private long day;
    private int used;

    /// <summary>Takes one request from the day's allowance, or tells when the next day begins.</summary>
    public bool TryTake(out DateTimeOffset resetsAt)
    {
        var now = time.GetUtcNow();
        var today = DayOf(now);
        resetsAt = DateTimeOffset.UnixEpoch.AddTicks((today + 1) * window.Ticks);
        if (limit == 0)
            return true;
        lock (gate)
        {
            Turn(today);
            if (used >= limit)
                return false;
            used++;
            return true;
        }
    }

    /// <summary>Counts a request that an earlier process granted at that instant.</summary>
    public void Restore(DateTimeOffset grantedAt)
    {
        lock (gate)
        {
            Turn(DayOf(grantedAt));
            used++;
        }
    }

    // A clock that steps back stays in the newer day: a quota must never be granted twice.
    private void Turn(long today)
    {
        if (today <= day)
            return;
        day = today;
        used = 0;
    }

    private long DayOf(DateTimeOffset instant) => (instant - DateTimeOffset.UnixEpoch).Ticks / window.Ticks;
}
