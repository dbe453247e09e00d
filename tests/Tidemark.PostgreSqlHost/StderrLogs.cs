using Microsoft.Extensions.Logging;

/// <summary>Warnings and worse, a line each.</summary>
internal sealed class StderrLogs : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Console.Error.WriteLine($"{DateTime.UtcNow:O} {Environment.ProcessId} {logLevel}: {formatter(state, exception)} {exception}");
    }
}
