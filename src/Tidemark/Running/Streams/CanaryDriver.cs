namespace Tidemark.Running;

/// <summary>
/// The breaker stands open: one item at a time is tried, by whichever driver the stream has. Any success closes it and the stream goes on; a
/// failure parks again, for twice as long, and enough of them fail the job.
/// </summary>
internal sealed class CanaryDriver<T, TCursor>(StreamRun<T, TCursor> run, IStreamDriver<T> driver)
{
    public async Task RunAsync()
    {
        var breaker = run.Ledger.Breaker!;
        var options = run.Setup.Options.Breaker;
        while (options is not null && await run.TakeCanaryAsync(breaker, options) is { } work)
        {
            run.Begin(ref work);
            if ((work.Fault ?? await driver.TryOneAsync(work)) is not { } error) break;
            if (run.WasStopped(error))
            {
                run.Cut(work);
                return;
            }
            if (work.Fault is null && run.Setup.Attempt.Definition.Faults.Decide(error) is FaultDecision.RetryIt)
            {
                run.CanaryFailed(work, error, breaker, options);
                return;
            }
            run.Failed(ref work, error); // it says nothing of the others: its own fault, or a park or an end that was asked for
            if (run.Fault is not null) return;
        }
        // Closed by a success; or switched off since, or too little left to try: the stream itself is the canary.
        if (!run.IsLeaving()) run.Ledger.SetBreaker(null);
    }
}
