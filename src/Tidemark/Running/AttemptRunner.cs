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
        var outcome = await InvokeAsync(attempt);
        var settlement = Conclude(attempt, outcome);
        running.Remove(attempt); // the handler has returned: from here the job may be released
        entered.Leave(attempt.Slot);
        await settler.PostAsync(settlement);
    }

    /// <summary>Claimed, never started: given back with its start.</summary>
    public Settlement Unstarted(ClaimedJob job) => Make(job, Outcome.Released, RetryPolicy.None, parts.Time.GetUtcNow());

    async Task<Outcome> InvokeAsync(Attempt attempt)
    {
        AttemptLogging.Current = attempt;
        try
        {
            var definition = attempt.Definition;
            var arguments = definition.Invoker.Decode(parts, attempt.Job.Arguments);
            var context = new JobContext(attempt);
            if (parts.Scopes is { } scopes)
            {
                await using var scope = scopes.CreateAsyncScope();
                await definition.Invoker.InvokeAsync(arguments, context, scope.ServiceProvider, attempt.Abort);
            }
            else await definition.Invoker.InvokeAsync(arguments, context, null, attempt.Abort);
            return attempt is { WasCut: true, Stop: { } cut } ? cut.ToOutcome(null) : Outcome.Succeeded;
        }
        catch (VisitEndedException)
        {
            return Outcome.Succeeded;
        }
        catch (Exception error)
        {
            return Translate(attempt, error);
        }
        finally
        {
            AttemptLogging.Current = null;
        }
    }

    // What a thrown exception means: the stop that was asked for explains it, or else the job's policy decides.
    Outcome Translate(Attempt attempt, Exception error)
    {
        if (attempt.Stop is { } stop && (stop.Cause == StopCause.LeaseLost || attempt.WasCut || attempt.Abort.IsCancellationRequested || error is OperationCanceledException))
            return stop.ToOutcome(error);
        if (error is LeaseLostException) return Outcome.LeaseLost;
        if (error is not ParkJobException) LogFailed(attempt, error);
        return attempt.Definition.Faults.Decide(error) switch
        {
            FaultDecision.ParkIt park => new(OutcomeKind.Parked) { Reason = park.Reason, Until = park.Until, Error = error is ParkJobException ? error.InnerException : error },
            FaultDecision.RetryIt retry => new(OutcomeKind.Failed) { Error = error, Reason = error.Message, RetryAfter = retry.After },
            _ => new(OutcomeKind.Faulted) { Error = error, Reason = error.Message },
        };
    }

    Settlement Conclude(Attempt attempt, Outcome outcome)
    {
        var (items, milliseconds) = attempt.HasStreams ? attempt.Streams.LeftBehind() : default;
        var interrupted = outcome.Kind is OutcomeKind.Released or OutcomeKind.Parked or OutcomeKind.Cancelled or OutcomeKind.TimedOut or OutcomeKind.LeaseLost;
        var cause = outcome.Kind == OutcomeKind.LeaseLost ? InterruptionCause.LeaseLost : attempt.Stop?.ToInterruption() ?? InterruptionCause.Park;
        // Doubt is not loss. If the lease is still ours, nobody would ever take the job from a worker that goes on beating: it is given back. If
        // it is lost indeed, the store refuses.
        if (outcome.Kind == OutcomeKind.LeaseLost) outcome = Outcome.Released with { Reason = outcome.Reason ?? attempt.Stop?.Reason };
        return Make(attempt.Job, outcome, attempt.Definition.Retry, attempt.StartedAt) with
        {
            Result = outcome.Kind == OutcomeKind.Succeeded ? attempt.Result : null,
            Effects = outcome.Kind == OutcomeKind.Succeeded ? attempt.Effects : null,
            KeepMemory = attempt.Definition.KeepsMemory,
            Log = attempt.Log.Take(),
            Interruption = interrupted
                ? new()
                {
                    Cause = cause,
                    CostItems = items,
                    CostMs = milliseconds,
                    Exact = true,
                    Detail = outcome.Reason ?? outcome.Kind.ToString(),
                    Until = outcome.Kind == OutcomeKind.Parked ? outcome.Until : null,
                }
                : null,
        };
    }

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
            Reason = outcome.Reason,
            Error = outcome.Error is { } error ? ErrorText.Of(error) : null,
            StartedAt = startedAt,
        };
    }

    void LogFailed(Attempt attempt, Exception error) =>
        logger.LogWarning(error, "Job {Job} ({Name}) failed at attempt {Attempt}: {Message}", attempt.Job.Id, attempt.Job.Name, attempt.Job.Attempt, error.Message);
}
