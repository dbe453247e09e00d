using Microsoft.Extensions.Logging;
using Tidemark.Lifecycle;
using Tidemark.Seams;

namespace Tidemark.Running;

/// <summary>
/// One run of a stream: hands out items while the bound has room, saves, and keeps account of how each item ends. The three drivers
/// (item, batch, effects) differ only in what they do between <see cref="TryTake"/> and the item's end. Its rooms: taking, endings, batches.
/// </summary>
/// <remarks>
/// Taking is for one driver lane at a time (the loop gives lanes a turn); items may end on any lane. With one lane nothing is
/// locked: the guard is then null.
/// </remarks>
internal sealed partial class StreamRun<T, TCursor> : IAsyncDisposable
{
    static readonly TimeSpan LongestDelay = TimeSpan.FromDays(24); // less than int.MaxValue milliseconds

    readonly Source<T, TCursor> source;
    readonly Lock? guard;
    readonly Wake settled;
    readonly CancellationTokenRegistration stopWakes;
    readonly CursorMemory cursors = new();
    readonly Isolation isolation;
    readonly TimeProvider time;
    readonly WholeMilliseconds told; // to the presence
    readonly PaceWindow pace;
    readonly long openBefore; // rows in quarantine before this attempt, less those that the counters count
    readonly int maxAhead;
    byte[]? cursor;
    int sourceFailures;

    /// <param name="setup">What it is given.</param>
    /// <param name="source">Where its items come from.</param>
    /// <param name="memory">What was saved of it; null: nothing.</param>
    /// <param name="lanes">How many lanes its driver runs.</param>
    /// <param name="size">Items that a lane takes at once.</param>
    public StreamRun(StreamSetup setup, Source<T, TCursor> source, StreamMemory? memory, int lanes, int size)
    {
        Setup = setup;
        this.source = source;
        time = setup.Parts.Time;
        told = new(time.TimestampFrequency);
        pace = new(time);
        guard = lanes > 1 ? new() : null;
        settled = new(time);
        Ledger = new(setup.Options, time.TimestampFrequency) { Counters = memory?.Counters ?? default };
        if (memory?.Breaker is { } open) Ledger.SetBreaker(open);
        // A replay's rows are its parent's: it counts what it has set aside again itself. A partition is told the rows of the others as well, so that of its own no
        // more are open than these, and no more than it has counted.
        openBefore = memory is null || setup.IsReplay ? 0 : Math.Min(0, memory.OpenQuarantine - memory.Counters.Quarantined);
        maxAhead = Math.Max(setup.Options.MaxAhead, lanes * size);
        cursor = memory?.Cursor;
        Feed = new(setup, source, memory, oneByOne: lanes * size == 1);
        Saver = new(setup, Ledger, guard, memory?.Number ?? 0);
        isolation = new(memory?.Suspects ?? [], setup.Options);
        Ledger.Acquit(isolation.Acquitted);
        Breaker = setup.Options.Breaker is { } breaker ? new(breaker) : null;
        stopWakes = setup.Attempt.Stopping.UnsafeRegister(static wake => ((Wake)wake!).Set(), settled);
    }

    public StreamSetup Setup { get; }
    public StreamLedger Ledger { get; }
    public Feed<T, TCursor> Feed { get; }
    public StreamSaver Saver { get; }
    public StreamBreaker? Breaker { get; }

    /// <summary>What ends this run early; the first one counts. Drivers leave when it is set.</summary>
    public Exception? Fault { get; private set; }

    Attempt Attempt => Setup.Attempt;

    /// <summary>True once the source has ended and everything it gave is settled.</summary>
    public bool HasEnded => Fault is null && Feed is { SourceEnded: true, RetryListed: 0 } && Ledger.InFlight + Ledger.Waiting == 0 && !Ledger.WasCut;

    /// <summary>Opens the source where the last checkpoint left it. False: the run is to end (see <see cref="Fault"/>), or a stop came.</summary>
    public async Task<bool> OpenAsync()
    {
        while (!IsLeaving())
        {
            try
            {
                await Feed.OpenAsync(Attempt.Stopping);
                return true;
            }
            catch (OperationCanceledException) when (Attempt.Stop is not null)
            {
                return false;
            }
            catch (Exception error)
            {
                await SourceFailedAsync(error);
            }
        }
        return false;
    }

    /// <summary>An item's try begins: known to the presence before user code runs.</summary>
    public void Begin(ref Work<T> work)
    {
        FaultPoints.Hit(FaultPoints.ItemBeforeEffect);
        using var _ = Guarded();
        work.Place = Attempt.Presence?.ItemStarted(Attempt.Slot, work.Key, timed: !work.Clock.IsAnothers) ?? -1;
    }

    /// <summary>This run is to end with an error; what is in flight may still finish.</summary>
    public void Leave(Exception fault)
    {
        Fault ??= fault;
        settled.Set();
    }

    public Task SaveAsync()
    {
        using (Guarded()) StartSave();
        return Saver.FinishAsync().AsTask();
    }

    /// <param name="ended">The stream is through.</param>
    /// <param name="last">Nothing is saved after it by this attempt.</param>
    public CheckpointRows CutRows(bool ended = false, bool last = false)
    {
        if (Feed.Window.HasMoved)
        {
            cursor = Setup.Parts.ToJson(Feed.Window.LowWater, Setup.Parts.Options.MaxCursorBytes, $"The cursor of stream '{Setup.Name}' of job {Attempt.Job.Id}");
            Feed.Window.MarkIsCut();
            if (!cursors.TryAdd(cursor))
                throw new JobFaultException($"The cursor of stream '{Setup.Name}' came again after at most 1,000 checkpoints: {System.Text.Encoding.UTF8.GetString(cursor)}. The source goes round in circles or backwards; its position must grow with every item.");
        }
        Ledger.Shifted(Feed.TakeShifted());
        Ledger.Counters = Ledger.Counters with { Total = Feed.Count ?? Ledger.Counters.Total };
        return Ledger.Cut(cursor, Feed.Fingerprint, Feed.Window.CutAhead(), Feed.Window.CutPassed(), last, ended, pace.Note(Ledger.Counters.Done + Ledger.Counters.Quarantined));
    }

    /// <summary>
    /// What <see cref="CutRows"/> will answer once these, all that are in hand, are done and nothing else has happened; but for their handler time, which the next one
    /// tells (<see cref="StreamLedger.TimeIsUntold"/>). Null: there is more to tell than how far the stream has come. Changes nothing that would have to be undone.
    /// </summary>
    public CheckpointRows? Foresee(List<Work<T>> list)
    {
        if (isolation.IsOn || Setup.IsReplay || source.Kind == SourceKind.ByKey || !Ledger.IsPlain || !Feed.Window.EndsWith(list.Count)) return null;
        foreach (var work in list)
        {
            if (work.Failures > 0 || work.Listed || work.Fault is not null) return null;
        }
        var after = Setup.Parts.ToJson(Feed.Window.Newest, Setup.Parts.Options.MaxCursorBytes, $"The cursor of stream '{Setup.Name}' of job {Attempt.Job.Id}");
        if (cursors.Knows(after)) return null; // it goes round in circles: not to be found out after the commit
        Ledger.Shifted(Feed.TakeShifted());
        var counters = Ledger.Counted with { Done = Ledger.Counters.Done + list.Count, Total = Feed.Count ?? Ledger.Counters.Total };
        return CheckpointRows.CursorOnly(after, counters, pace.Latest) with { Fingerprint = Feed.Fingerprint };
    }

    public async ValueTask DisposeAsync()
    {
        await stopWakes.DisposeAsync();
        settled.Dispose();
        try
        {
            await Feed.DisposeAsync();
        }
        catch (Exception error)
        {
            // All that counts is saved, and how the run ended is known: a source that cannot be closed must not stand in its place.
            Setup.Parts.Loggers.CreateLogger("Tidemark.Running").LogWarning(ErrorText.Loggable(error), "The source of stream '{Stream}' of job {Job} could not be closed: {Message}", Setup.Name, Attempt.Job.Id, ErrorText.MessageOf(error));
        }
    }

    void StartSave() => Saver.Start(CutRows(), effects: null);

    /// <summary>Nothing may begin any more: the lease has gone, or the abort was given. A drain lets what was taken begin and end.</summary>
    public bool IsAborted() => IsLeaving() && Attempt.Control.IsAborted;

    public bool IsLeaving() => Fault is not null || Attempt.MustLeave;

    /// <param name="delay">However long: a timer takes no more than a part of it at a time.</param>
    /// <param name="rests">Nobody is at work meanwhile whose silence would be one.</param>
    public async Task DelayAsync(TimeSpan delay, bool rests = true)
    {
        if (rests) Attempt.Rest(delay);
        try
        {
            for (var left = delay; left > TimeSpan.Zero; left -= LongestDelay) await Task.Delay(left < LongestDelay ? left : LongestDelay, time, Attempt.Stopping);
        }
        catch (OperationCanceledException) when (Attempt.Stop is not null)
        {
            // told to stop: whoever waited looks at that next
        }
    }

    MaybeLock Guarded() => new(guard);
}
