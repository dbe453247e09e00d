namespace Tidemark;

/// <summary>The base of every error that Tidemark raises on purpose. The message says what happened, the value at hand, and the remedy.</summary>
public class TidemarkException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, the value, the remedy.</param>
    /// <param name="inner">What caused it, if anything did.</param>
    public TidemarkException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>The store could not do what was asked: disk full, read-only, corrupt, unreachable.</summary>
public sealed class StoreException : TidemarkException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, the value, the remedy.</param>
    /// <param name="outcomeUnknown">True if the operation may have been carried out although it threw.</param>
    /// <param name="inner">The driver's error.</param>
    public StoreException(string message, bool outcomeUnknown = false, Exception? inner = null) : base(message, inner) => OutcomeUnknown = outcomeUnknown;

    /// <summary>True if the operation may have been carried out: repeat it with the same dedup key, never blindly.</summary>
    public bool OutcomeUnknown { get; }
}

/// <summary>A dedup key is held by a job with other arguments. Nothing was enqueued.</summary>
public sealed class DedupConflictException : TidemarkException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, the value, the remedy.</param>
    /// <param name="holder">The job that holds the key.</param>
    public DedupConflictException(string message, JobId holder) : base(message) => Holder = holder;

    /// <summary>The job that holds the key.</summary>
    public JobId Holder { get; }
}

/// <summary>Another worker holds this job now: nothing that this attempt still does can be saved.</summary>
public sealed class LeaseLostException : TidemarkException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, the value, the remedy.</param>
    public LeaseLostException(string message) : base(message) { }
}

/// <summary>The job must fail now, without a retry: what stands in its way needs a person.</summary>
public sealed class JobFaultException : TidemarkException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What happened, the value, the remedy.</param>
    /// <param name="inner">What caused it, if anything did.</param>
    public JobFaultException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>This item cannot be processed and no retry would help: it goes to quarantine at once.</summary>
public sealed class QuarantineItemException : TidemarkException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Why, for the person who will look at it.</param>
    /// <param name="inner">What caused it, if anything did.</param>
    public QuarantineItemException(string message, Exception? inner = null) : base(message, inner) { }
}

/// <summary>Puts the job aside until an instant or until it is woken: checkpoint first, nothing redone, no attempt burnt, no slot held.</summary>
/// <example><code>throw Park.Until(quota.ResetsAt, "the carrier's daily quota is used up");</code></example>
public sealed class ParkJobException : TidemarkException
{
    internal ParkJobException(string reason, DateTimeOffset? until, Exception? inner = null) : base(reason, inner) => Until = until;

    /// <summary>When the job is due again; null: until it is woken.</summary>
    public DateTimeOffset? Until { get; }
}

/// <summary>Makes the exception that parks a job; throw it from a handler, a step or an item.</summary>
public static class Park
{
    /// <summary>Parks until an instant, by the store's clock.</summary>
    /// <param name="instant">When the job is due again.</param>
    /// <param name="reason">Shown to the operator.</param>
    public static ParkJobException Until(DateTimeOffset instant, string reason) => new(reason, instant);

    /// <summary>Parks until somebody wakes the job.</summary>
    /// <param name="reason">Shown to the operator: what is waited for.</param>
    public static ParkJobException UntilWoken(string reason) => new(reason, null);
}
