using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;

namespace Tidemark.Running;

internal enum StopCause
{
    Drain,
    Park,
    Cancel,
    TimedOut,
    LeaseLost,

    /// <summary>The handler has ended without awaiting what it started.</summary>
    Returned,
}

/// <summary>Why an attempt is to leave before its own end. The first request counts, unless a later one asks for more.</summary>
internal sealed record StopRequest(StopCause Cause, string Reason, DateTimeOffset? Until = null)
{
    public static StopRequest From(Ask ask) =>
        ask.Kind == AskKind.Cancel ? new(StopCause.Cancel, ask.Reason) : new(StopCause.Park, ask.Reason, ask.Until);

    /// <summary>A lost lease beats all; a cancel reaches who was told to park or to drain, and a limit who was told to park: these wait for as long as the handler takes.</summary>
    public bool Overrules(StopRequest earlier) => (earlier.Cause, Cause) is (not StopCause.LeaseLost, StopCause.LeaseLost)
        or (StopCause.Park or StopCause.Drain, StopCause.Cancel) or (StopCause.Park, StopCause.TimedOut);

    public Outcome ToOutcome(Exception? error) => Cause switch
    {
        StopCause.Drain => Outcome.Released with { Reason = Reason },
        StopCause.Park => new(OutcomeKind.Parked) { Reason = Reason, Until = Until },
        StopCause.Cancel => new(OutcomeKind.Cancelled) { Reason = Reason },
        StopCause.TimedOut => new(OutcomeKind.TimedOut) { Reason = Reason, Error = error as TidemarkException ?? new TidemarkException(Reason, error) },
        _ => Outcome.LeaseLost,
    };

    /// <summary>What unwinds the handler.</summary>
    public Exception ToException() => Cause == StopCause.LeaseLost ? new LeaseLostException(Reason) : new AttemptStoppedException(this);
}

/// <summary>Unwinds a handler at a stream, step or save once a stop was asked. User code should let it pass.</summary>
internal sealed class AttemptStoppedException(StopRequest request) : OperationCanceledException(request.Reason)
{
    public StopRequest Request => request;
}

/// <summary>Unwinds the handler of a visit once its one stream is through.</summary>
internal sealed class VisitEndedException() : OperationCanceledException("This visit was for one stream only, and it is done.");
