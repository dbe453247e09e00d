using System.Collections.Concurrent;
using Xunit;

namespace Tidemark.Tests.Scheduling.Alerts;

/// <summary>Keeps what it is given.</summary>
internal sealed class KeepingSink : IAlertSink
{
    readonly ConcurrentQueue<Alert> taken = new();
    TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Alert[] Taken => [.. taken];

    public ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken)
    {
        taken.Enqueue(alert);
        Interlocked.Exchange(ref more, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return default;
    }

    public async Task<Alert> UntilAsync(string id, bool isOver = false)
    {
        while (true)
        {
            var next = Volatile.Read(ref more).Task; // before the look: what comes after it is not missed
            if (taken.FirstOrDefault(alert => alert.Id == id && alert.IsOver == isOver) is { } found) return found;
            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }
}

/// <summary>Fails at each.</summary>
internal sealed class ThrowingSink : IAlertSink
{
    public ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken) => throw new InvalidOperationException("the pager is broken");
}

/// <summary>Blocks its thread and hears nothing until it is let go.</summary>
internal sealed class DeafSink : IAlertSink, IDisposable
{
    readonly ManualResetEventSlim go = new();

    public int Calls { get; private set; }

    public ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken)
    {
        Calls++;
        go.Wait(CancellationToken.None);
        return default;
    }

    public void LetGo() => go.Set();

    public void Dispose() => go.Dispose();
}

/// <summary>Takes for ever, but obeys its token.</summary>
internal sealed class SlowSink : IAlertSink
{
    readonly TaskCompletionSource twice = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int cancelled;

    public Task CancelledTwice => twice.Task;

    public async ValueTask RaiseAsync(Alert alert, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        finally
        {
            if (Interlocked.Increment(ref cancelled) == 2) twice.TrySetResult();
        }
    }
}
