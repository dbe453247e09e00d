using Microsoft.Extensions.Logging;

namespace Tidemark.Cli.Runs;

/// <summary>The engine's errors as sentences of the run: a store that does not answer must be heard of while it is mended.</summary>
internal sealed class TalkLoggers(Action<string> say) : ILoggerFactory, ILogger
{
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("A run has one way to talk; providers are for services.");

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) say(formatter(state, exception));
    }

    public void Dispose()
    {
        // nothing is held
    }
}
