using Microsoft.Extensions.Logging;
using Tidemark.Lifecycle;
using Tidemark.Seams;

namespace Tidemark.Upkeep;

/// <summary>
/// The alerts on their way to one sink, one at a time. A sink that throws or hangs costs its own alerts and nobody else's: it runs where handlers do, and one
/// that ignores its cancellation is not called again before it has returned, so that what it holds up is bounded.
/// </summary>
internal sealed class AlertLine(IAlertSink sink, EngineParts parts) : IDisposable
{
    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Alerts");
    readonly Lock sync = new();
    readonly Queue<Alert> waiting = new();
    readonly Wake wake = new(parts.Lanes.Timers);
    readonly TaskCompletionSource stopped = new(); // only this line waits for it, and it goes on where it runs
    readonly string name = sink.GetType().Name;
    long lost; // since one was given last

    public void Add(Alert alert)
    {
        lock (sync)
        {
            if (waiting.Count < parts.Options.AlertBacklog) waiting.Enqueue(alert);
            else if (lost++ == 0) logger.LogError("The alert '{Alert}' does not reach the sink {Sink}, nor do those after it: {Waiting} wait there already (TidemarkOptions.AlertBacklog). {Message}", alert.Id, name, waiting.Count, alert.Message);
        }
        wake.Set();
    }

    /// <summary>The loop; runs on the engine lane until <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        while (!stopped.Task.IsCompleted)
        {
            if (Next() is { } alert) await GiveAsync(alert);
            else await wake.WaitAsync(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What waits is given up: the process that starts next raises again what has not ended.</summary>
    public void Stop()
    {
        stopped.TrySetResult();
        wake.Set();
    }

    public void Dispose() => wake.Dispose();

    Alert? Next()
    {
        lock (sync)
        {
            if (!waiting.TryDequeue(out var alert)) return null;
            if (lost > 0) logger.LogError("The sink {Sink} takes alerts again; {Lost} did not reach it.", name, lost);
            lost = 0;
            return alert;
        }
    }

    async Task GiveAsync(Alert alert)
    {
        var cut = new CancellationTokenSource(); // not disposed: a sink that ignores it may hold its token for long, and it has no timer
        var call = Lanes.StartOn(parts.Lanes.Handlers, async () => await sink.RaiseAsync(alert, cut.Token));
        if (!await EndsAsync(call, parts.Options.AlertTimeout))
        {
            if (!stopped.Task.IsCompleted) logger.LogError("The sink {Sink} has not taken the alert '{Alert}' within {Limit} (TidemarkOptions.AlertTimeout): it is cancelled, and gets no other before it has returned.", name, alert.Id, parts.Options.AlertTimeout);
            _ = CancelAsync(cut);
            await Task.WhenAny(call, stopped.Task);
        }
        if (call.Exception?.InnerException is { } fault) logger.LogError(ErrorText.Loggable(fault), "The sink {Sink} has not taken the alert '{Alert}': {Message}", name, alert.Id, ErrorText.MessageOf(fault));
    }

    // False: the time is over, or the process ends.
    async Task<bool> EndsAsync(Task call, TimeSpan limit)
    {
        try
        {
            return await Task.WhenAny(call, stopped.Task).WaitAsync(limit, parts.Lanes.Timers) == call;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    async Task CancelAsync(CancellationTokenSource cut)
    {
        try
        {
            await parts.Lanes.Cancel(cut);
        }
        catch (Exception fault) // of what the sink has hung on the token
        {
            logger.LogError(ErrorText.Loggable(fault), "What was to run at the cancellation of the sink {Sink} failed: {Message}", name, ErrorText.MessageOf(fault));
        }
    }
}
