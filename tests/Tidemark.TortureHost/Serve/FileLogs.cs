using Microsoft.Extensions.Logging;

namespace Tidemark.TortureHost.Serve;

/// <summary>The engine's own words in a file, for a test that failed, and for one that wants to read none.</summary>
internal sealed class FileLogs(string path) : ILoggerProvider, ILogger
{
    readonly Lock gate = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (gate) File.AppendAllText(path, $"{DateTime.UtcNow:HH:mm:ss.fff} {logLevel}: {formatter(state, exception)} {exception?.Message}\n");
    }
}
