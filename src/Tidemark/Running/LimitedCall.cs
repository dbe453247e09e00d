using Microsoft.Extensions.Logging;

namespace Tidemark.Running;

/// <summary>The limits of one call of user code, each opt-in.</summary>
/// <param name="What">The call, for people: <c>Step 'publish'</c>.</param>
/// <param name="Time">So long may it take at most; null for no limit.</param>
/// <param name="TimeSetting">The setting behind <paramref name="Time"/>.</param>
/// <param name="Silence">So long may its job show no progress while it runs; null for no limit.</param>
/// <param name="SilenceSetting">The setting behind <paramref name="Silence"/>.</param>
internal readonly record struct CallLimits(string What, TimeSpan? Time, string TimeSetting, TimeSpan? Silence = null, string SilenceSetting = "");

/// <summary>
/// One call of user code under limits: past one its token is cancelled, and whatever it then throws is told as a time-out. A call that ignores
/// its token is reported and waited for: .NET code that ignores cancellation can be written off, not stopped.
/// </summary>
internal sealed class LimitedCall : IAsyncDisposable
{
    readonly Attempt attempt;
    readonly CallLimits limits;
    readonly CancellationTokenSource cut;
    readonly ITimer timer;
    readonly long started;
    Task cancelling = Task.CompletedTask;
    string? passed; // the limit that was passed, as a sentence; written by the timer, one tick at a time

    LimitedCall(Attempt attempt, CallLimits limits)
    {
        (this.attempt, this.limits) = (attempt, limits);
        cut = CancellationTokenSource.CreateLinkedTokenSource(attempt.Abort);
        started = Time.GetTimestamp();
        timer = Time.CreateTimer(static call => ((LimitedCall)call!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Rearm(Left());
    }

    TimeProvider Time => attempt.Parts.Time;

    public static Task RunAsync(Attempt attempt, CallLimits limits, Func<CancellationToken, Task> body) => RunAsync<object?>(attempt, limits, async token =>
    {
        await body(token);
        return null;
    });

    /// <exception cref="TimeoutException">A limit was passed and the body threw.</exception>
    public static async Task<TResult> RunAsync<TResult>(Attempt attempt, CallLimits limits, Func<CancellationToken, Task<TResult>> body)
    {
        await using var call = new LimitedCall(attempt, limits);
        try
        {
            return await body(call.cut.Token);
        }
        catch (Exception error) when (Volatile.Read(ref call.passed) is not null && !attempt.Control.IsAborted)
        {
            throw new TimeoutException(call.passed, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await timer.DisposeAsync(); // waits for a tick that is under way: nothing cancels what is disposed
        await cancelling;           // nor does the next call begin beside what hangs on this one's token
        cut.Dispose();
    }

    void Tick()
    {
        if (passed is not null)
        {
            attempt.Parts.Loggers.CreateLogger("Tidemark.Running").LogError(
                "{What} of job {Job} ({Name}) ignores its cancellation for {Grace}: {Passed} Only ending this process stops it.",
                limits.What, attempt.Job.Id, attempt.Job.Name, attempt.Parts.Options.AbortGrace, passed);
            return;
        }
        var left = Left();
        if (left > TimeSpan.Zero)
        {
            Rearm(left);
            return;
        }
        Volatile.Write(ref passed, TimeLeft() <= TimeSpan.Zero
            ? $"{limits.What} took longer than its limit of {limits.Time}. Raise {limits.TimeSetting} if that is normal."
            : $"{limits.What} showed no progress for {limits.Silence}. Call JobContext.ReportProgress where it moves, or raise {limits.SilenceSetting}.");
        Rearm(attempt.Parts.Options.AbortGrace);
        cancelling = attempt.Control.TellAsync(cut); // a timer's thread is no place for what hangs on it
    }

    TimeSpan Left() => TimeLeft() is var time && SilenceLeft() is var silence && time < silence ? time : silence;

    TimeSpan TimeLeft() => limits.Time is { } limit ? limit - Time.GetElapsedTime(started) : TimeSpan.MaxValue;

    TimeSpan SilenceLeft()
    {
        if (limits.Silence is not { } limit) return TimeSpan.MaxValue;
        var here = Time.GetElapsedTime(started);
        return limit - (attempt.Silence is var silence && silence < here ? silence : here);
    }

    // Timers may ring a little early; a wait of nothing would ring again at once.
    void Rearm(TimeSpan wait) => timer.Change(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, Timeout.InfiniteTimeSpan);
}
