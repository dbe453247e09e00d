using Tidemark.Cli.Output;
using Tidemark.Reading;
using Tidemark.Running;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>What is shown of a run: its own counts of this process, and what the store knows.</summary>
internal sealed class RunTracker(string name, ResumeCost bound, IJobStore store, TimeProvider time)
{
    // Who finds nobody at the other end of a connection may wait for the driver's half a minute: what is shown meanwhile is what was known.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    readonly PaceWindow _pace = new(time);
    readonly Lock _reading = new();
    Task<JobDetails?>? _asked;
    StreamReading? _known;
    long _doneHere;
    long _aborted;
    long _failedTries;
    int _inFlight;
    LastFailure? _failure;

    /// <summary>The job, once it is known.</summary>
    internal JobId? Job { get; set; }
    internal long? InputBytes { get; set; }
    internal InputScan? Scan { get; set; }

    /// <summary>Lines that were done under this name before this process began.</summary>
    internal long DoneBefore { get; set; }
    internal RunPhase Phase { get; set; } = RunPhase.Reading;
    internal DateTimeOffset? ParkedUntil { get; set; }
    internal string? Reason { get; set; }

    /// <summary>What leaving has cost, once it is known; null: the gauge says what it would cost.</summary>
    internal Redo? Cost { get; set; }

    /// <summary>Why nobody takes the commands' output any more; null while somebody does.</summary>
    internal string? OutputClosed { get; set; }

    internal void Started() => Interlocked.Increment(ref _inFlight);

    internal void Ended() => Interlocked.Decrement(ref _inFlight);

    internal void Succeeded() => Interlocked.Increment(ref _doneHere);

    internal void Aborted() => Interlocked.Increment(ref _aborted);

    internal void Failed(LastFailure failure)
    {
        Interlocked.Increment(ref _failedTries);
        Volatile.Write(ref _failure, failure);
    }

    /// <summary>The run now. Reads the store; while that does not answer, the run as it was last read, with what is counted here.</summary>
    internal RunSnapshot Look()
    {
        var stream = Stream();
        var vanished = Scan?.Vanished ?? 0;
        var saved = (stream?.Counters.Done ?? 0) - vanished;
        // A checkpoint may lag behind by the bound; our own count does not, but knows nothing of replays.
        var done = Math.Max(saved, (Scan?.SettledHere ?? 0) - (stream?.Counters.Quarantined ?? 0) + Interlocked.Read(ref _doneHere));
        var snapshot = new RunSnapshot
        {
            Name = name,
            Phase = Phase,
            Now = time.GetUtcNow(),
            InputBytes = InputBytes,
            Done = Math.Max(0, Phase is RunPhase.Running or RunPhase.Stopping ? done : saved),
            Quarantined = stream?.OpenQuarantine ?? 0,
            GivenUp = Math.Max(0, (stream?.Counters.Quarantined ?? 0) - (stream?.OpenQuarantine ?? 0)),
            Total = Scan?.Total,
            Retried = stream?.Counters.Retried ?? 0,
            InFlight = Volatile.Read(ref _inFlight),
            Redo = Cost ?? Gauge(stream),
            Bound = new Redo(bound.Items, bound.Time),
            Failure = Volatile.Read(ref _failure),
            ParkedUntil = ParkedUntil,
            Reason = Reason,
        };
        // Its own count is newer than what is saved: the estimate is the engine's, of a pace that was seen here.
        var estimate = Estimate.Of(_pace.Note(snapshot.Settled), TimeSpan.Zero, snapshot.Total - snapshot.Settled);
        if (Phase is not (RunPhase.Running or RunPhase.Stopping)) return snapshot; // nothing moves any more, and nothing is expected
        return snapshot with { Rate = estimate.PerSecond, Eta = snapshot.Settled < snapshot.Total ? estimate.Left : null };
    }

    /// <summary>What is done again if this process ends now and saves nothing more: what was done past the last checkpoint, and what was cut off.</summary>
    internal Redo NotSaved()
    {
        var done = Interlocked.Read(ref _doneHere) - Math.Max(0, (Stream()?.Counters.Done ?? 0) - DoneBefore);
        // A failed try may have been a line's last, and that too is not saved.
        return new Redo(Math.Min(bound.Items, Math.Max(0, done) + Interlocked.Read(ref _failedTries) + Interlocked.Read(ref _aborted)), null);
    }

    // Before its first checkpoint the store knows no stream: all that has begun in this process would be done again.
    Redo Gauge(StreamReading? stream) =>
        stream?.Live is { } live ? new Redo(live.Items, TimeSpan.FromMilliseconds(live.Milliseconds))
        : stream is null && Phase is RunPhase.Running or RunPhase.Stopping ? new Redo(Interlocked.Read(ref _doneHere) + Volatile.Read(ref _inFlight), null)
        : default;

    StreamReading? Stream()
    {
        if (Job is not { } id) return null;
        lock (_reading)
        {
            try
            {
                // One question at a time: those who read would all wait. What an earlier one is answered at last may be long past.
                if (_asked is { IsCompleted: false } earlier && !earlier.Wait(Patience)) return _known;
                _asked = store.GetJobAsync(id).AsTask();
                if (_asked.Wait(Patience)) _known = _asked.Result is { } details ? RunNames.LinesOf(details) : null;
            }
            catch (AggregateException fault) when (fault.InnerException is StoreException)
            {
                // The engine, which has to write to it, tells of that.
            }
            return _known;
        }
    }
}
