using Tidemark.Lifecycle;

namespace Tidemark.Running;

internal enum ItemFate
{
    /// <summary>Wait in place, then try again.</summary>
    RetryHere,

    /// <summary>The wait is long: the durable list.</summary>
    RetryLater,
    Quarantine,

    /// <summary>The job is to be parked: the item stays unsettled.</summary>
    Park,

    /// <summary>The job is to fail: the item stays unsettled.</summary>
    Fail,
}

/// <summary>What becomes of an item after a failed try.</summary>
/// <param name="Fate">What is done with it.</param>
/// <param name="Delay">Before a retry.</param>
/// <param name="Error">What is told of it.</param>
/// <param name="IsItsOwn">It is known to be the item's own fault, no retry would help: this says nothing of the other items.</param>
internal readonly record struct ItemVerdict(ItemFate Fate, TimeSpan Delay, Exception Error, bool IsItsOwn = false)
{
    /// <summary>(error, failures so far, policies) → fate. Pure.</summary>
    public static ItemVerdict Of(Exception error, int failures, FaultPolicy faults, StreamOptions options, double random) =>
        Of(faults.Decide(error), error, failures, options, random);

    /// <summary>As above, for a decision already made.</summary>
    public static ItemVerdict Of(FaultDecision decision, Exception error, int failures, StreamOptions options, double random)
    {
        switch (decision)
        {
            case FaultDecision.QuarantineIt: return new(ItemFate.Quarantine, default, error, IsItsOwn: true);
            case FaultDecision.FailIt fail: return new(ItemFate.Fail, default, fail.ErrorFor(error));
            case FaultDecision.ParkIt park: return new(ItemFate.Park, default, error as ParkJobException ?? new ParkJobException(park.Reason, park.Until, error));
            case FaultDecision.RetryIt retry when failures <= options.Retry.MaxRetries:
                var delay = retry.After ?? options.Retry.DelayAfter(failures, random);
                return new(delay > options.MaxWaitInPlace ? ItemFate.RetryLater : ItemFate.RetryHere, delay, error);
            default: return new(ItemFate.Quarantine, default, error);
        }
    }
}
