using Microsoft.Extensions.Logging;

namespace Tidemark.Tests.Simulation;

/// <summary>What a process logs is part of the story; an outcome given up is a breach.</summary>
internal sealed class SimLogs(Sim sim, SimProcess process) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // there is no other
    }

    public void Dispose()
    {
        // nothing is held
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var text = formatter(state, exception);
        sim.Story?.WriteLine($"{sim.Now.TotalSeconds,12:0.000000}     {process.Name} {logLevel}: {text}{(exception is null ? "" : $" | {exception.GetType().Name}: {exception.Message}")}");
        // Once told to leave it does not wait for a store that is ill: its process ends, and others take its jobs.
        if (!process.IsLeaving && text.Contains("were given up", StringComparison.Ordinal)) sim.Fail($"{process.Name}: {text} {exception}");
        if (text.Contains("The chore", StringComparison.Ordinal) && exception is not (StoreException or null)) sim.Fail($"{process.Name}: {text} {exception}");
    }
}
