namespace Tidemark.Lifecycle;

/// <summary>The budgets of a job: two, each kept for itself.</summary>
/// <param name="Attempt">Starts, this one included.</param>
/// <param name="Failures">Failures charged.</param>
/// <param name="Crashes">Crashes charged: as sole suspect, without progress since.</param>
internal readonly record struct Budgets(int Attempt, int Failures, int Crashes);

/// <summary>What an outcome makes of a job.</summary>
internal readonly record struct Verdict(JobEvent Event, JobState Next, Budgets Budgets, TimeSpan? DueAfter, DateTimeOffset? DueAt);

/// <summary>(running job, outcome, budgets) → what it is from now on. Pure: random numbers and times are arguments.</summary>
internal static class Verdicts
{
    /// <summary>Decides. A release and a park give the start back: a drain, a park, a deploy burn neither budget.</summary>
    public static Verdict Of(Outcome outcome, Budgets budgets, RetryPolicy retry, double random)
    {
        var given = budgets with { Attempt = budgets.Attempt - 1 };
        return outcome.Kind switch
        {
            OutcomeKind.Succeeded => On(JobEvent.Succeed, budgets),
            OutcomeKind.Cancelled => On(JobEvent.Cancel, budgets),
            OutcomeKind.Released => On(JobEvent.Release, given, after: TimeSpan.Zero),
            OutcomeKind.Parked => On(JobEvent.Park, given, at: outcome.Until),
            OutcomeKind.Faulted => On(JobEvent.Fail, budgets with { Failures = budgets.Failures + 1 }),
            OutcomeKind.Failed or OutcomeKind.TimedOut => AfterFailure(outcome, budgets with { Failures = budgets.Failures + 1 }, retry, random),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome.Kind, "A lost lease settles nothing."),
        };
    }

    static Verdict AfterFailure(Outcome outcome, Budgets charged, RetryPolicy retry, double random) =>
        charged.Failures > retry.MaxRetries
            ? On(JobEvent.Fail, charged)
            : On(JobEvent.Retry, charged, after: outcome.RetryAfter ?? retry.DelayAfter(charged.Failures, random));

    static Verdict On(JobEvent happened, Budgets budgets, TimeSpan? after = null, DateTimeOffset? at = null) =>
        new(happened, Transitions.Next(JobState.Running, happened) ?? throw new InvalidOperationException($"The law has no {happened} from Running."), budgets, after, at);
}
