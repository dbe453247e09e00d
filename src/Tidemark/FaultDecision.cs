namespace Tidemark;

/// <summary>What to do about one exception. Made by a policy given to <c>OnException</c>.</summary>
public abstract record FaultDecision
{
    private FaultDecision() { }

    /// <summary>Try again under the retry policy, or after the given time if the other side named one.</summary>
    /// <param name="after">Null: the policy's backoff. A time already past counts as none, one longer than a year as a year.</param>
    public static FaultDecision Retry(TimeSpan? after = null) => new RetryIt(after is { } wait ? Within(wait) : null);

    /// <summary>Set the item aside at once. Outside a stream it fails the job.</summary>
    public static FaultDecision Quarantine { get; } = new QuarantineIt();

    /// <summary>Fail the job now, without a retry.</summary>
    public static FaultDecision Fail { get; } = new FailIt(Instead: null);

    /// <summary>Park the job until an instant; null until it is woken.</summary>
    /// <param name="until">By the store's clock.</param>
    /// <param name="reason">Shown to the operator.</param>
    public static FaultDecision ParkUntil(DateTimeOffset? until, string reason) => new ParkIt(until, reason);

    // What the other side names comes from a header or from a subtraction: it must never overflow a clock or pass for "infinite".
    static TimeSpan Within(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait < LongestRetry ? wait : LongestRetry;

    static readonly TimeSpan LongestRetry = TimeSpan.FromDays(365);

    internal sealed record RetryIt(TimeSpan? After) : FaultDecision;

    internal sealed record QuarantineIt : FaultDecision;

    /// <param name="Instead">What to tell instead of the error that was decided about: the decision itself went wrong. Null mostly.</param>
    internal sealed record FailIt(string? Instead) : FaultDecision
    {
        public Exception ErrorFor(Exception decidedAbout) => Instead is null ? decidedAbout : new JobFaultException(Instead, decidedAbout);
    }

    internal sealed record ParkIt(DateTimeOffset? Until, string Reason) : FaultDecision;
}
