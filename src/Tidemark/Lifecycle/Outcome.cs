namespace Tidemark.Lifecycle;

internal enum OutcomeKind
{
    Succeeded,
    Failed,

    /// <summary>Failed, and no retry would help.</summary>
    Faulted,
    Parked,

    /// <summary>Given back: drained, or never started.</summary>
    Released,
    Cancelled,
    TimedOut,

    /// <summary>The lease is gone: nothing may be written.</summary>
    LeaseLost,
}

/// <summary>How an attempt ended, in the words of the handler: what crosses from running to settling.</summary>
internal sealed record Outcome(OutcomeKind Kind)
{
    public static Outcome Succeeded => new(OutcomeKind.Succeeded);
    public static Outcome LeaseLost => new(OutcomeKind.LeaseLost);
    public static Outcome Released => new(OutcomeKind.Released);

    public Exception? Error { get; init; }
    public string? Reason { get; init; }

    /// <summary>Parked until; or null until woken.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>A backoff that the failure itself asked for; null: the policy's.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
