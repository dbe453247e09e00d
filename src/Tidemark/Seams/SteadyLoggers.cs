using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tidemark.Seams;

/// <summary>
/// The user's loggers, which may throw: a provider whose own sink is gone does. The engine's loops log in their last catch, and would end with it; there is nobody left who could be told.
/// </summary>
internal sealed class SteadyLoggers(ILoggerFactory inner) : ILoggerFactory
{
    public static ILoggerFactory Around(ILoggerFactory inner) => new SteadyLoggers(inner);

    public ILogger CreateLogger(string categoryName) => new Steady(Try(() => inner.CreateLogger(categoryName), NullLogger.Instance));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>They are the user's.</summary>
    public void Dispose() { }

    static T Try<T>(Func<T> call, T otherwise)
    {
        try
        {
            return call();
        }
        catch (Exception)
        {
            return otherwise;
        }
    }

    sealed class Steady(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => Try(() => inner.BeginScope(state), null);

        public bool IsEnabled(LogLevel logLevel) => Try(() => inner.IsEnabled(logLevel), false);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Try(() =>
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
            return true;
        }, false);
    }
}
