namespace Tidemark.Lifecycle;

/// <summary>One rule: what an exception of a type means.</summary>
internal sealed record FaultRule(Type Error, Func<Exception, FaultDecision?> Decide);

/// <summary>Exception → decision, first match wins, in the order of registration.</summary>
internal sealed class FaultPolicy(IReadOnlyList<FaultRule> rules)
{
    /// <summary>What is done when no rule answers: this very object, so that it can be told from a rule's own retry.</summary>
    public static readonly FaultDecision Default = FaultDecision.Retry();

    readonly IReadOnlyList<FaultRule> rules = rules;

    /// <summary>Never throws: a rule that does is itself the fault, and the decision says so.</summary>
    public FaultDecision Decide(Exception error)
    {
        switch (error)
        {
            case ParkJobException park: return FaultDecision.ParkUntil(park.Until, park.Message);
            case QuarantineItemException: return FaultDecision.Quarantine;
            case JobFaultException: return FaultDecision.Fail;
        }
        for (var i = 0; i < rules.Count; i++)
        {
            try
            {
                if (rules[i].Decide(error) is { } decision) return decision;
            }
            catch (Exception thrown)
            {
                return new FaultDecision.FailIt(
                    $"The rule for {rules[i].Error.Name} threw {thrown.GetType().Name}: {ErrorText.MessageOf(thrown).TrimEnd('.')}. Mend what was given to OnException; nothing else decides about this error.");
            }
        }
        return Default;
    }

    /// <summary>What an error makes of the attempt that it ended.</summary>
    public Outcome OutcomeOf(Exception error) => Decide(error) switch
    {
        FaultDecision.ParkIt park => new(OutcomeKind.Parked) { Reason = park.Reason, Until = park.Until, Error = error is ParkJobException ? error.InnerException : error },
        FaultDecision.RetryIt retry => new(OutcomeKind.Failed) { Error = error, Reason = ErrorText.MessageOf(error), RetryAfter = retry.After },
        FaultDecision.FailIt fail when fail.ErrorFor(error) is var told => new(OutcomeKind.Faulted) { Error = told, Reason = ErrorText.MessageOf(told) },
        _ => new(OutcomeKind.Faulted) { Error = error, Reason = ErrorText.MessageOf(error) },
    };
}
