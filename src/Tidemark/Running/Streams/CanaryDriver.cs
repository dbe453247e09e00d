namespace Tidemark.Running;

/// <summary>
/// The breaker stands open: one item at a time is tried. Any success closes it and the stream goes on; a failure parks again, for twice as long,
/// and enough of them fail the job.
/// </summary>
internal sealed class CanaryDriver<T, TCursor>(StreamRun<T, TCursor> run, IStreamDriver driver) : IStreamDriver
{
    public async Task RunAsync()
    {
        var breaker = run.Ledger.Breaker!;
        var options = run.Setup.Options.Breaker;
        while (options is not null && driver is ItemDriver<T, TCursor> items && await run.TakeCanaryAsync(breaker, options) is { } work)
        {
            if (await ErrorAsync(items.Start(ref work)) is not { } error)
            {
                run.Done(work);
                break;
            }
            if (work.Fault is null && run.Setup.Attempt.Definition.Faults.Decide(error) is FaultDecision.RetryIt)
            {
                run.CanaryFailed(work, error, breaker, options);
                return;
            }
            run.Failed(ref work, error); // it says nothing of the others: its own fault, or a park or an end that was asked for
            if (run.Fault is not null) return;
        }
        // Closed by a success; or switched off since, or too little left to try, or batches: the stream itself is the canary.
        if (!run.IsLeaving()) run.Ledger.SetBreaker(null);
    }

    static async Task<Exception?> ErrorAsync(Task running)
    {
        try
        {
            await running;
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
