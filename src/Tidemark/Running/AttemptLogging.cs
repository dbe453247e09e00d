using Microsoft.Extensions.Logging;
using Tidemark.Lifecycle;

namespace Tidemark.Running;

/// <summary>Keeps the last lines that a job logs through <see cref="ILogger"/> with the job, beside whatever other providers do with them.</summary>
internal sealed class AttemptLogging(TimeProvider time) : ILoggerProvider
{
    static readonly AsyncLocal<Attempt?> Flow = new();

    /// <summary>The attempt whose code runs here; flows with its awaits.</summary>
    public static Attempt? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    public ILogger CreateLogger(string categoryName) => new JobLogger(time);

    public void Dispose()
    {
        // nothing is held
    }

    sealed class JobLogger(TimeProvider time) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && Current is not null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Information || Current is not { } attempt) return;
            var text = formatter(state, exception);
            attempt.Log.Add(time.GetUtcNow(), logLevel.ToString(), exception is null ? text : $"{text} — {exception.GetType().Name}: {ErrorText.MessageOf(exception)}");
        }
    }
}
