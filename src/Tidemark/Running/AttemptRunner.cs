using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Seams;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.Running;

/// <summary>
/// One attempt as a pipeline of named steps: resolve → enter → decode → invoke → conclude → leave → settle. Whatever user code throws becomes an
/// outcome; nothing escapes.
/// </summary>
internal sealed class AttemptRunner(EngineParts parts, WorkerLease worker, IPresence presence, RunningAttempts running, Settler settler)
{
    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Running");
    IPresence presence = presence; // replaced when the process joins anew as another worker

    public void Rejoined(IPresence another) => Volatile.Write(ref presence, another);

    public async Task RunAsync(ClaimedJob job)
    {
        if (parts.Catalog.Find(job.Name) is not { } definition || !worker.Trusts(job.Worker))
        {
            await settler.PostAsync(Unstarted(job)); // a name that this worker does not know, or no right to start: untouched
            return;
        }
        var entered = Volatile.Read(ref presence);
        var attempt = new Attempt(job, definition, worker, parts) { Slot = entered.Enter(job.Id, job.Fence) };
        if (attempt.Slot >= 0) attempt.Presence = entered;
        running.Add(attempt);
        var settlement = await SeeToItsEndAsync(attempt);
        running.Remove(attempt); // the handler has returned: from here the job may be released
        entered.Leave(attempt.Slot);
        await settler.PostAsync(settlement);
    }

    /// <summary>Claimed, never started: given back with its start.</summary>
    public Settlement Unstarted(ClaimedJob job) => Make(job, Outcome.Released, RetryPolicy.None, parts.Time.GetUtcNow());

    // What escapes all the steps is a defect of ours, or of what user code has handed us. A job that is left running for it would be leased for ever
    // by a slot that is gone.
    async Task<Settlement> SeeToItsEndAsync(Attempt attempt)
    {
        try
        {
            return Conclude(attempt, await InvokeAsync(attempt));
        }
        catch (Exception fault)
        {
            var told = new TidemarkException($"The attempt could not be concluded: {ErrorText.Of(fault)}");
            return Make(attempt.Job, new(OutcomeKind.Faulted) { Error = told, Reason = told.Message }, RetryPolicy.None, attempt.StartedAt);
        }
    }

    async Task<Outcome> InvokeAsync(Attempt attempt)
    {
        AttemptLogging.Current = attempt;
        Exception? thrown = null;
        try
        {
            var arguments = attempt.Definition.Invoker.Decode(parts, attempt.Job.Arguments);
            if (parts.Scopes is { } scopes)
            {
                await using var scope = scopes.CreateAsyncScope();
                await InvokeAsync(attempt, arguments, scope.ServiceProvider);
            }
            else await InvokeAsync(attempt, arguments, null);
        }
        catch (Exception error)
        {
            thrown = error;
        }
        finally
        {
            AttemptLogging.Current = null;
        }
        return Translate(attempt, attempt.Control.EndedBy ?? thrown);
    }

    // The handler, and whatever it leaves running: that needs the services of its scope as well.
    static async Task InvokeAsync(Attempt attempt, object? arguments, IServiceProvider? services)
    {
        string? unawaited = null;
        try
        {
            await attempt.Definition.Invoker.InvokeAsync(arguments, new JobContext(attempt), services, attempt.Abort);
        }
        finally
        {
            unawaited = await attempt.ReturnedAsync();
        }
        if (attempt.Stop is { Cause: StopCause.Returned })
            throw new JobFaultException($"The handler of job '{attempt.Job.Name}' returned while its stream '{unawaited}' was still running. Await what ForEachAsync, ForEachBatchAsync and CommitAsync return.");
        if (attempt.Job.Visit is not { } visit || attempt.Control.EndedBy is not null) return;
        attempt.ThrowIfStopped(); // it left in good order, because it was told to
        throw new JobFaultException($"This visit of stream '{visit.Stream}' has not reached it: the handler of job '{attempt.Job.Name}' returned before. It must open the stream whenever it is entered for it.");
    }

    // What an ending means: the stop that was asked for explains it, or else the job's policy decides.
    Outcome Translate(Attempt attempt, Exception? error)
    {
        if (error is VisitEndedException) return Outcome.Succeeded;
        if (attempt.Stop is { Cause: not StopCause.Returned } stop && IsExplainedBy(stop, attempt, error)) return stop.ToOutcome(error);
        if (error is null) return Outcome.Succeeded;
        if (error is LeaseLostException) return Outcome.LeaseLost;
        if (error is not ParkJobException) LogFailed(attempt, ErrorText.Loggable(error));
        return attempt.Definition.Faults.OutcomeOf(error);
    }

    static bool IsExplainedBy(StopRequest stop, Attempt attempt, Exception? error)
    {
        if (error is null) return attempt.Control.WasCut;
        if (stop.Cause == StopCause.LeaseLost) return true;
        return attempt.Control.EndedBy is null && (attempt.Control.WasCut || attempt.Control.IsAborted || error is OperationCanceledException);
    }

    Settlement Conclude(Attempt attempt, Outcome outcome)
    {
        var (items, milliseconds) = attempt.HasStreams ? attempt.Streams.LeftBehind() : default;
        // A job that has nothing to do but wait for its partitions is not interrupted.
        var cause = outcome.Kind == OutcomeKind.Parked && PartitionLaw.IsWait(outcome.Reason) ? null : CauseOf(outcome.Kind);
        // Doubt is not loss. If the lease is still ours, nobody would ever take the job from a worker that goes on beating: it is given back. If
        // it is lost indeed, the store refuses.
        if (outcome.Kind == OutcomeKind.LeaseLost) outcome = Outcome.Released with { Reason = outcome.Reason ?? attempt.Stop?.Reason };
        return Make(attempt.Job, outcome, attempt.Definition.Retry, attempt.StartedAt) with
        {
            Result = outcome.Kind == OutcomeKind.Succeeded ? attempt.Result : null,
            // The success that they were given for is the job's: a visit runs the same handler, and has walked its part of one stream.
            Effects = outcome.Kind == OutcomeKind.Succeeded && attempt.Job.Visit is null ? attempt.Effects : null,
            KeepMemory = attempt.Definition.KeepsMemory,
            Log = attempt.Log.Take(),
            Interruption = cause is { } interrupted
                ? new()
                {
                    Cause = interrupted,
                    CostItems = items,
                    CostMs = milliseconds,
                    Exact = true,
                    Detail = ErrorText.Reason(outcome.Reason) ?? outcome.Kind.ToString(),
                    Until = outcome.Kind == OutcomeKind.Parked ? outcome.Until : null,
                }
                : null,
        };
    }

    // The ledger tells how the attempt ended, whatever it had been asked.
    static InterruptionCause? CauseOf(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Released => InterruptionCause.Drain,
        OutcomeKind.Parked => InterruptionCause.Park,
        OutcomeKind.Cancelled => InterruptionCause.Cancel,
        OutcomeKind.TimedOut => InterruptionCause.TimedOut,
        OutcomeKind.LeaseLost => InterruptionCause.LeaseLost,
        _ => null,
    };

    Settlement Make(ClaimedJob job, Outcome outcome, RetryPolicy retry, DateTimeOffset startedAt)
    {
        var verdict = Verdicts.Of(outcome, new(job.Attempt, job.Failures, job.Crashes), retry, parts.Entropy.NextDouble());
        return new()
        {
            Job = job,
            Lease = job.Lease,
            Event = verdict.Event,
            Next = verdict.Next,
            DueAt = verdict.DueAt,
            DueAfter = verdict.DueAfter,
            Attempt = verdict.Budgets.Attempt,
            Failures = verdict.Budgets.Failures,
            Crashes = verdict.Budgets.Crashes,
            Reason = ErrorText.Reason(outcome.Reason),
            Error = outcome.Error is { } error ? ErrorText.Of(error) : null,
            StartedAt = startedAt,
        };
    }

    void LogFailed(Attempt attempt, Exception error) =>
        logger.LogWarning(error, "Job {Job} ({Name}) failed at attempt {Attempt}: {Message}", attempt.Job.Id, attempt.Job.Name, attempt.Job.Attempt, error.Message);
}
