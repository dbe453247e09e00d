using Microsoft.Extensions.Logging;

namespace Tidemark.Cli.Runs;

/// <summary>What engine and store have to tell, as sentences of the run: a store that does not answer must be heard of while it is mended.</summary>
internal sealed class TalkLoggers : ILoggerFactory
{
    readonly Lock _lock = new();
    readonly Queue<string> _early = new();
    Action<string>? _say;
    Task _said = Task.CompletedTask;

    /// <summary>The store's own: it tells of its changes only, to the better too.</summary>
    internal ILogger Store => new Talker(this, LogLevel.Information);

    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("A run has one way to talk; providers are for services.");

    public ILogger CreateLogger(string categoryName) => new Talker(this, LogLevel.Error);

    /// <summary>From here on there is somebody who talks; what came before is said now.</summary>
    internal void TalkBy(Action<string> say)
    {
        lock (_lock)
        {
            _say = say;
            while (_early.TryDequeue(out var sentence)) Post(sentence);
        }
    }

    /// <summary>Completes when everything so far is said.</summary>
    internal Task SaidAsync()
    {
        lock (_lock) return _said;
    }

    public void Dispose()
    {
        // nothing is held
    }

    void Tell(string sentence)
    {
        lock (_lock)
        {
            if (_say is null) _early.Enqueue(sentence);
            else Post(sentence);
        }
    }

    // Never on the caller's thread: it may be the one that writes to the store, and a terminal that was stopped takes nothing.
    void Post(string sentence) => _said = _said.ContinueWith(_ => _say!(sentence), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    sealed class Talker(TalkLoggers talk, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) talk.Tell(formatter(state, exception));
        }
    }
}
