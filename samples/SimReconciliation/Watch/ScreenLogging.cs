namespace SimReconciliation.Watch;

/// <summary>Warnings and worse pass above the progress, a line each.</summary>
internal sealed class ScreenLogging(Screen screen) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            screen.Say($"{logLevel}: {formatter(state, exception)}");
    }

    public void Dispose()
    {
    }
}
