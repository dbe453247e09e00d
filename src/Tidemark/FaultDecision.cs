namespace Tidemark;

/// <summary>What to do about one exception. Made by a policy given to <c>OnException</c>.</summary>
public abstract record FaultDecision
{
    private FaultDecision() { }

    /// <summary>Try again under the retry policy, or after the given time if the other side named one.</summary>
    /// <param name="after">Null: the policy's backoff.</param>
    public static FaultDecision Retry(TimeSpan? after = null) => new RetryIt(after);

    /// <summary>Set the item aside at once. Outside a stream it fails the job.</summary>
    public static FaultDecision Quarantine { get; } = new QuarantineIt();

    /// <summary>Fail the job now, without a retry.</summary>
    public static FaultDecision Fail { get; } = new FailIt();

    /// <summary>Park the job until an instant; null until it is woken.</summary>
    /// <param name="until">By the store's clock.</param>
    /// <param name="reason">Shown to the operator.</param>
    public static FaultDecision ParkUntil(DateTimeOffset? until, string reason) => new ParkIt(until, reason);

    internal sealed record RetryIt(TimeSpan? After) : FaultDecision;

    internal sealed record QuarantineIt : FaultDecision;

    internal sealed record FailIt : FaultDecision;

    internal sealed record ParkIt(DateTimeOffset? Until, string Reason) : FaultDecision;
}
