namespace Tidemark.Running;

/// <summary>How an attempt talks to a store that is ill: it waits, holding what it has, as long as its lease can be trusted.</summary>
internal static class StoreCalls
{
    static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Repeats a call that failed with <see cref="StoreException"/>. Only for calls that carry their own token (a number, a fence), so that
    /// a repeat after an unknown outcome is harmless.
    /// </summary>
    public static async Task<T> PersistAsync<T>(Attempt attempt, Func<ValueTask<T>> call)
    {
        var wait = FirstWait;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (StoreException fault) when (!attempt.Control.IsAborted)
            {
                // Not the job's failure: it is given back, and charged nothing.
                if (!attempt.IsTrusted) throw new LeaseLostException($"Job {attempt.Job.Id} could not save while its lease was good: {fault.Message}");
                attempt.Rest(wait);
                await Task.Delay(wait, attempt.Parts.Time, attempt.Abort);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
        }
    }
}
