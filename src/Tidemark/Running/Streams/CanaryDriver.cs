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
        if (options is null || driver is not ItemDriver<T, TCursor> items || !await TakeAsync(breaker) || run.Canary is not { } work)
        {
            run.Ledger.SetBreaker(null); // switched off since, nothing left to try, or batches: the stream itself is the canary
            return;
        }
        Exception error;
        try
        {
            await items.Start(ref work);
            run.Done(work);
            run.Ledger.SetBreaker(null);
            return;
        }
        catch (Exception thrown)
        {
            error = thrown;
        }
        run.CanaryFailed(work, error, breaker, options);
    }

    async Task<bool> TakeAsync(BreakerMemory breaker)
    {
        while (!run.TryTakeCanary(breaker.LastCanaryKey))
        {
            if (!await run.WaitAsync()) return false;
        }
        return true;
    }
}
