using System.Runtime.InteropServices;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Signals;

/// <summary>How far a stop has been asked for.</summary>
internal enum StopStage
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Finish what is in flight, checkpoint, leave.</summary>
    Drain = 1,

    /// <summary>Leave now; what is in flight is done again.</summary>
    Abort = 2,
}

/// <summary>
/// The first SIGINT or SIGTERM asks for a drain, the second for an abort, the third is the system's to carry out. The echo of the first is no second. SIGHUP, when the terminal
/// goes away, asks for a drain only, and nothing at all under nohup.
/// </summary>
internal sealed class StopSignals(TimeProvider time) : IDisposable
{
    // timeout(1) signals its child and then the whole group of it: twice within microseconds, and once is meant. Nobody means a second
    // time before he can know that the first was heard.
    static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan EchoUnheard = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource _drain = new();
    readonly CancellationTokenSource _abort = new();
    readonly List<PosixSignalRegistration> _registrations = [];
    readonly Lock _lock = new();
    StopStage _stage;
    PosixSignal _first;
    long _firstAt;
    bool _announced;

    /// <summary>Cancelled by the first signal.</summary>
    internal CancellationToken Drain => _drain.Token;

    /// <summary>Cancelled by the second.</summary>
    internal CancellationToken Abort => _abort.Token;

    /// <summary>The first signal's name, for the record of the interruption; null before it.</summary>
    internal string? Cause { get; private set; }

    /// <summary>130 or 143, by the second signal; 0 before it.</summary>
    internal int AbortExitCode { get; private set; }

    /// <summary>Takes over the signals of this process.</summary>
    internal static StopSignals Listen()
    {
        var signals = new StopSignals(TimeProvider.System);
        signals.Take(PosixSignal.SIGINT);
        signals.Take(PosixSignal.SIGTERM);
        // Taken over, an ignored SIGHUP would come through after all, and nohup would not hold.
        if (!OperatingSystem.IsLinux() || !IgnoredSignals.Contains(1)) signals.Take(PosixSignal.SIGHUP);
        return signals;
    }

    /// <summary>What one signal does. False: the system's default is to be carried out.</summary>
    internal bool Receive(PosixSignal signal)
    {
        StopStage stage;
        lock (_lock)
        {
            if (_stage == StopStage.Abort) return false;
            if (_stage == StopStage.Drain && signal == PosixSignal.SIGHUP) return true;
            if (_stage == StopStage.Drain && signal == _first && time.GetElapsedTime(_firstAt) < (_announced ? Echo : EchoUnheard)) return true;
            stage = ++_stage;
            if (stage == StopStage.Drain) (Cause, _first, _firstAt) = (signal.ToString(), signal, time.GetTimestamp());
            else AbortExitCode = signal == PosixSignal.SIGINT ? ExitCode.AbortedByInterrupt : ExitCode.AbortedByTermination;
        }
        // Outside the lock: whoever waits on a token may run right here.
        (stage == StopStage.Drain ? _drain : _abort).Cancel();
        return true;
    }

    /// <summary>It was said that the run is stopping: from here on a second signal is meant.</summary>
    internal void Announced()
    {
        lock (_lock) _announced = true;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _drain.Dispose();
        _abort.Dispose();
    }

    void Take(PosixSignal signal) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = Receive(context.Signal)));
}
