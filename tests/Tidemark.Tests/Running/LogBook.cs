using Microsoft.Extensions.Logging;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>Keeps what is logged, and lets a test wait for a line.</summary>
internal sealed class LogBook : ILoggerProvider, ILogger
{
    readonly Lock gate = new();
    readonly List<string> lines = [];
    TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<string> UntilAsync(string part)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (lines.Find(line => line.Contains(part, StringComparison.Ordinal)) is { } found) return found;
                next = more.Task;
            }
            await next.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate)
        {
            lines.Add($"{logLevel}: {formatter(state, exception)}");
            more.TrySetResult();
            more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Dispose()
    {
        // nothing is held
    }
}
