namespace Tidemark.Seams;

/// <summary>An auto-reset signal with a time-out by <see cref="TimeProvider"/>: any number of sets before a wait count as one. One waiter at a time.</summary>
internal sealed class Wake : IDisposable
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(1); // timers refuse more than seven weeks

    readonly Lock gate = new();
    readonly ITimer timer;
    TaskCompletionSource<bool>? waiter;
    bool isSet;

    public Wake(TimeProvider time) =>
        timer = time.CreateTimer(static wake => ((Wake)wake!).TimeIsUp(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Set()
    {
        TaskCompletionSource<bool>? woken;
        lock (gate)
        {
            woken = waiter;
            waiter = null;
            if (woken is null) isSet = true;
        }
        woken?.TrySetResult(true);
    }

    /// <summary>
    /// Returns once set, or after the time, or after a day: whoever waits looks again. <see cref="Timeout.InfiniteTimeSpan"/> for no time-out. False: nobody has set it.
    /// </summary>
    public Task<bool> WaitAsync(TimeSpan timeout)
    {
        lock (gate)
        {
            if (isSet || timeout == TimeSpan.Zero)
            {
                var was = isSet;
                isSet = false;
                return Task.FromResult(was);
            }
            if (waiter is not null) throw new InvalidOperationException("Two wait for one signal.");
            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            timer.Change(timeout < Longest ? timeout : Longest, Timeout.InfiniteTimeSpan);
            return waiter.Task;
        }
    }

    public void Dispose() => timer.Dispose();

    // One that comes too late, for a wait that has ended, is nobody's.
    void TimeIsUp()
    {
        TaskCompletionSource<bool>? woken;
        lock (gate)
        {
            woken = waiter;
            waiter = null;
        }
        woken?.TrySetResult(false);
    }
}
