using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Tidemark.Lifecycle;

namespace Tidemark.Running;

/// <summary>
/// How an attempt is told to leave before its own end: first a wish (<see cref="Stopping"/>), then the abort. What hangs on the two tokens is
/// user code, and runs where handlers run: one that blocks or throws is nobody's trouble but its own attempt's.
/// </summary>
#pragma warning disable CA1001 // Neither source is ever disposed: whoever asks, watches or beats may reach the attempt a moment after its end, and a cancel must then be harmless. Without a timer there is nothing in them to free.
internal sealed class StopControl(Attempt attempt)
#pragma warning restore CA1001
{
    readonly CancellationTokenSource abort = new();
    readonly Lock gate = new();
    CancellationTokenSource? stopping; // made when first looked at: most attempts never do
    StopRequest? stop;                 // written under the gate, read freely
    Exception? end;
    long aborted;

    public CancellationToken Abort => abort.Token;

    public StopRequest? Stop => Volatile.Read(ref stop);

    /// <summary>Set by a stream, step or cursor that a stop has cut: the handler's own ending then no longer counts.</summary>
    public bool WasCut { get; set; }

    /// <summary>What has ended the attempt already; null: nothing. The handler may swallow or wrap it: it counts all the same.</summary>
    public Exception? EndedBy => Volatile.Read(ref end);

    /// <summary>When the watch first saw the stop, as a timestamp; the watch's own.</summary>
    public long AskedTimestamp { get; set; }

    /// <summary>When the abort was given, as a timestamp; 0: not yet.</summary>
    public long AbortedTimestamp => Interlocked.Read(ref aborted);

    /// <summary>The abort was given. To be asked instead of the token, which says so a moment later, where user code is told.</summary>
    public bool IsAborted => AbortedTimestamp != 0;

    public CancellationToken Stopping
    {
        get
        {
            lock (gate)
            {
                if (stopping is null)
                {
                    stopping = new();
                    if (stop is not null) stopping.Cancel(); // nothing hangs on it yet
                }
                return stopping.Token;
            }
        }
    }

    /// <summary>Asks the attempt to leave: streams finish what is in flight, checkpoint, and leave.</summary>
    public void Ask(StopRequest request)
    {
        CancellationTokenSource? signal;
        lock (gate)
        {
            if (stop is not null && !request.Overrules(stop)) return;
            // One that has left as it was told keeps that ending: a limit that it meets on its way out only hurries it.
            if (!(WasCut && request.Cause == StopCause.TimedOut)) stop = request;
            signal = stopping;
        }
        if (signal is not null) _ = TellAsync(signal);
        // A lost lease can save nothing: every further second is waste. A plain handler that awaits its token is told at once;
        // one with a stream in progress gets to finish the items in flight first (the watch aborts it after the grace).
        if (request.Cause == StopCause.LeaseLost || (request.Cause is StopCause.Cancel or StopCause.TimedOut && !attempt.HasStreamInProgress)) GiveUp();
    }

    /// <summary>Cancels the abort token: give up now.</summary>
    public void GiveUp()
    {
        if (Interlocked.CompareExchange(ref aborted, attempt.Parts.Time.GetTimestamp(), 0) == 0) _ = TellAsync(abort);
    }

    /// <summary>
    /// True if a stop was asked, or if the lease can no longer be trusted. Doubt is final for this attempt: a beat that comes through after it
    /// must not let a stream that has already left pass for one that has ended.
    /// </summary>
    public bool MustLeave
    {
        get
        {
            // Whatever else was asked before: a drain in the dark ends as a lost lease.
            if (Stop is not { Cause: StopCause.LeaseLost } && !attempt.IsTrusted) Ask(new(StopCause.LeaseLost, "The worker's beats have not reached the store for too long; the job may be somebody else's by now."));
            return Stop is not null;
        }
    }

    /// <summary>Unwinds the handler if a stop was asked, the lease can no longer be trusted, or something has ended the attempt before.</summary>
    public void ThrowIfStopped()
    {
        var request = MustLeave ? Stop : null;
        if (EndedBy is { } ended && request is not { Cause: StopCause.LeaseLost }) ExceptionDispatchInfo.Throw(ended);
        if (request is null) return;
        WasCut = true;
        throw request.ToException();
    }

    /// <summary>
    /// Unwinds the handler by what has ended a stream. What a rule or the engine has decided is latched, for it is not the handler's to undo: a
    /// park, a fault, the end of a visit, a lost lease. An ordinary failure is the handler's to catch, and so is what an abort has broken.
    /// </summary>
    [DoesNotReturn]
    public void End(Exception error)
    {
        if (!IsAborted && (error is VisitEndedException or LeaseLostException || attempt.Definition.Faults.Decide(error) is not FaultDecision.RetryIt))
            Interlocked.CompareExchange(ref end, error, null);
        ExceptionDispatchInfo.Throw(error);
    }

    /// <summary>Cancels a token that user code holds. Returns at once; the task ends when what hangs on the token has run, and never fails.</summary>
    public Task TellAsync(CancellationTokenSource source)
    {
        var lanes = attempt.Parts.Lanes;
        var told = lanes.Cancel(source);
        return told.IsCompletedSuccessfully ? told : Seams.Lanes.StartOn(lanes.Handlers, () => EndedAsync(told));
    }

    async Task EndedAsync(Task told)
    {
        try
        {
            await told;
        }
        catch (Exception fault)
        {
            attempt.Parts.Loggers.CreateLogger("Tidemark.Running").LogError(ErrorText.Loggable(fault),
                "A callback that job {Job} ({Name}) has registered with a cancellation token threw: {Message} The attempt leaves all the same; catch what may be thrown there.",
                attempt.Job.Id, attempt.Job.Name, ErrorText.MessageOf(fault));
        }
    }
}
