using Tidemark.Lifecycle;
using Tidemark.Seams;

namespace Tidemark.Running;

/// <summary>
/// One run of a stream: hands out items while the bound has room, saves, and keeps account of how each item ends. The three drivers
/// (item, batch, effects) differ only in what they do between <see cref="TryTake"/> and the item's end.
/// </summary>
/// <remarks>
/// Taking is for one driver lane at a time (the loop gives lanes a turn); items may end on any lane. With one lane nothing is
/// locked: the guard is then null.
/// </remarks>
internal sealed partial class StreamRun<T, TCursor> : IAsyncDisposable
{
    static readonly TimeSpan LongestWaitInSlot = TimeSpan.FromMinutes(1);

    readonly Source<T, TCursor> source;
    readonly Lock? guard;
    readonly Wake settled;
    readonly CancellationTokenRegistration stopWakes;
    readonly CursorMemory cursors = new();
    readonly Isolation isolation;
    readonly TimeProvider time;
    readonly WholeMilliseconds settledTime;
    readonly PaceWindow pace;
    byte[]? cursor;
    int sourceFailures;

    public StreamRun(StreamSetup setup, Source<T, TCursor> source, StreamMemory? memory, int lanes)
    {
        Setup = setup;
        this.source = source;
        time = setup.Parts.Time;
        settledTime = new(time.TimestampFrequency);
        pace = new(time);
        guard = lanes > 1 ? new() : null;
        settled = new(time);
        Ledger = new(setup.Options, time.TimestampFrequency) { Counters = memory?.Counters ?? default };
        if (memory?.Breaker is { } open) Ledger.SetBreaker(open);
        cursor = memory?.Cursor;
        Feed = new(setup, source, memory);
        Saver = new(setup, Ledger, guard, memory?.Number ?? 0);
        isolation = new(memory?.Suspects ?? [], setup.Options);
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

    /// <summary>Hands out the next item if all is at hand for it: not stopped, room in the bound, an item read. Never waits.</summary>
    public bool TryTake(out Work<T> work)
    {
        work = default;
        if (Fault is not null || Attempt.MustLeave) return false;
        Saver.FinishIfDone();
        using var guarded = Guarded();
        var now = time.GetTimestamp();
        if (!Ledger.HasRoom(now) || Feed.Window.Count >= Setup.Options.MaxAhead) return false;
        if (Saver.Rhythm.AtHalf && Ledger.IsHalfFull && !Saver.IsSaving) StartSave();
        if (isolation.IsOn && (Ledger.InFlight + Ledger.Waiting > 0 || Saver.IsSaving)) return false;
        if (!Feed.TryNext(Ledger, out work)) return false;
        Ledger.Started(now);
        work.Started = now;
        if (isolation.IsOn) Isolate(ref work);
        return true;
    }

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

    /// <summary>Takes up to so many items; fewer at the end of the source, or when the bound has no room for more.</summary>
    public async ValueTask<List<Work<T>>> GatherAsync(int most)
    {
        var list = new List<Work<T>>(Math.Min(most, 1_000));
        while (list.Count < most)
        {
            if (TryTake(out var work)) list.Add(work);
            else if (!await (list.Count == 0 ? WaitAsync() : TopUpAsync())) break;
        }
        return list;
    }

    // With items in hand: waits for a save or for the source, never for an item to settle, for it may be one of those in hand.
    async ValueTask<bool> TopUpAsync()
    {
        if (IsLeaving() || isolation.IsOn) return false;
        if (HasRoomNow()) return !Feed.SourceEnded && await FillAsync();
        if (Saver.IsSaving) await Saver.FinishAsync();
        else if (Ledger.Unsaved > 0) await SaveAsync();
        return HasRoomNow();
    }

    /// <summary>
    /// One item to try while the breaker stands open; null: none. Of the list and of the source by turns, for the list may hold nothing but
    /// items that are bad indeed. Too few left to trip the breaker again are too few to say that the fault is not theirs: null as well.
    /// </summary>
    public async ValueTask<Work<T>?> TakeCanaryAsync(BreakerMemory breaker, BreakerOptions options)
    {
        while (!IsLeaving())
        {
            var ended = Feed.SourceEnded;
            if (ended && Feed.RetryListed < options.Failures) return null;
            if (TryTakeCanary(breaker, ended, out var work)) return work;
            await FillAsync();
        }
        return null;
    }

    bool TryTakeCanary(BreakerMemory breaker, bool ended, out Work<T> work)
    {
        var wantsFresh = breaker.FailedCanaries % 2 == 1 && !ended;
        if (!(wantsFresh ? Feed.TryFresh(Ledger, out work) : Feed.TryListed(breaker.LastCanaryKey, out work) || Feed.TryFresh(Ledger, out work))) return false;
        work.Started = time.GetTimestamp();
        Ledger.Started(work.Started);
        if (isolation.IsOn) Isolate(ref work);
        return true;
    }

    /// <summary>A canary has failed: back on the list with it, and park for longer; or give the job up.</summary>
    public void CanaryFailed(Work<T> work, Exception error, BreakerMemory breaker, BreakerOptions options)
    {
        if (Attempt.Abort.IsCancellationRequested)
        {
            Cut(work);
            return;
        }
        var failed = breaker.FailedCanaries + 1;
        List(work, TimeSpan.Zero, error, Land(work, settled: true));
        // Who retries a job that was given up begins anew with its canaries.
        Ledger.SetBreaker(breaker with { FailedCanaries = failed >= options.MaxCanaries ? 0 : failed, LastCanaryKey = work.Key, Error = ErrorText.Of(error) });
        Leave(failed >= options.MaxCanaries
            ? new JobFaultException($"Stream '{Setup.Name}' stopped because its items failed alike ({breaker.Fingerprint}), and {failed} single tries since have failed too. Mend the cause, then retry the job: it resumes.", error)
            : new ParkJobException($"stream '{Setup.Name}' still fails (single try {failed} of {options.MaxCanaries}): {StreamBreaker.FingerprintOf(error)}", time.GetUtcNow() + StreamBreaker.Pause(options, failed), error));
    }

    /// <summary>A failed effect: its retry cannot wait in place, because the transaction is open; it goes to the durable list instead.</summary>
    public void FailedForLater(ref Work<T> work, Exception error)
    {
        var verdict = Failed(ref work, error);
        if (verdict.Fate != ItemFate.RetryHere) return;
        Ledger.Resume();
        ListPaused(work, verdict.Delay, error);
    }

    /// <summary>After a refused <see cref="TryTake"/>: waits for what was missing. False: there is nothing more to take.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        if (IsLeaving()) return false;
        if (Saver.IsSaving && !HasRoomNow())
        {
            await Saver.FinishAsync();
            return true;
        }
        if (!HasRoomNow() || (isolation.IsOn && Ledger.Exposed > 0))
        {
            if (Ledger.Unsaved > 0 && !Saver.IsSaving) await SaveAsync();
            else if (Saver.IsSaving) await Saver.FinishAsync();
            else await settled.WaitAsync(Timeout.InfiniteTimeSpan);
            return true;
        }
        return await FillAsync() || await WaitForRetriesAsync();
    }

    /// <summary>An item's try begins: known to the presence before user code runs.</summary>
    public void Begin(ref Work<T> work)
    {
        FaultPoints.Hit(FaultPoints.ItemBeforeEffect);
        using var _ = Guarded();
        work.Place = Attempt.Presence?.ItemStarted(Attempt.Slot, work.Key) ?? -1;
    }

    public void Done(in Work<T> work)
    {
        FaultPoints.Hit(FaultPoints.ItemAfterEffect);
        using (Guarded())
        {
            var ticks = Land(work, settled: true);
            if (work.Failures == 0) Breaker?.FirstTrySucceeded();
            Ledger.Done(ticks);
            Settle(work);
        }
        Attempt.NoteProgress();
        if (guard is not null) settled.Set();
    }

    /// <summary>Counts a failed try, and carries its fate out as far as that needs no waiting. Answers what the driver does next.</summary>
    public ItemVerdict Failed(ref Work<T> work, Exception error)
    {
        work.Failures++;
        var verdict = work.Fault is not null
            ? new(ItemFate.Quarantine, default, work.Fault)
            : ItemVerdict.Of(error, work.Failures, Attempt.Definition.Faults, Setup.Options, Setup.Parts.Entropy.NextDouble());
        using (Guarded())
        {
            Ledger.Failed(work.Key, verdict.Error, time.GetUtcNow());
            if (verdict.Fate is ItemFate.Park or ItemFate.Fail)
            {
                Land(work, settled: false);
                Leave(verdict.Error);
            }
            else if (work.Failures == 1 && work.Fault is null && Breaker is not null && Breaker.FirstTryFailed(error, out var fingerprint))
            {
                Trip(work, error, fingerprint);
                verdict = verdict with { Fate = ItemFate.RetryLater };
            }
            else Carry(work, verdict);
        }
        settled.Set();
        return verdict;
    }

    /// <summary>After the backoff in place: the next try, or, when leaving, the durable list so that nothing waits for it.</summary>
    public bool TryAgain(ref Work<T> work, Exception error) => TryAgain(new Span<Work<T>>(ref work), error);

    /// <summary>The item was cut by an abort: it is neither done nor failed, and stays to be done.</summary>
    public void Cut(in Work<T> work)
    {
        using var _ = Guarded();
        Ledger.CutOff(work.Started);
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

    public CheckpointRows CutRows(bool ended)
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
        return Ledger.Cut(cursor, Feed.Fingerprint, Feed.Window.CutAhead(), Feed.Window.CutPassed(), ended, pace.Note(Ledger.Counters.Done + Ledger.Counters.Quarantined));
    }

    public async ValueTask DisposeAsync()
    {
        await stopWakes.DisposeAsync();
        settled.Dispose();
        await Feed.DisposeAsync();
    }

    void StartSave() => Saver.Start(CutRows(ended: false), effects: null);

    bool HasRoomNow()
    {
        using var _ = Guarded();
        return Ledger.HasRoom(time.GetTimestamp()) && Feed.Window.Count < Setup.Options.MaxAhead;
    }

    /// <summary>Nothing may begin any more: the lease has gone, or the abort was given. A drain lets what was taken begin and end.</summary>
    public bool IsAborted() => IsLeaving() && Attempt.Abort.IsCancellationRequested;

    public bool IsLeaving() => Fault is not null || Attempt.MustLeave;

    async ValueTask<bool> FillAsync()
    {
        if (Feed.SourceEnded) return false;
        try
        {
            var filling = Feed.FillAsync(Attempt.Stopping);
            // Waiting for the source costs nothing extra: what is unsaved is saved beside it.
            if (!filling.IsCompleted && !Saver.IsSaving && Ledger.Unsaved > 0)
            {
                using var _ = Guarded();
                StartSave();
            }
            var more = await filling;
            sourceFailures = 0;
            return more;
        }
        catch (OperationCanceledException) when (Attempt.Stop is not null)
        {
            return true; // the next look sees the stop
        }
        catch (Exception error)
        {
            await SourceFailedAsync(error);
            return true;
        }
    }

    // The source has failed, not an item: wait in place and ask again, park, or give up, by the same policies.
    async Task SourceFailedAsync(Exception error)
    {
        var verdict = ItemVerdict.Of(error, ++sourceFailures, Attempt.Definition.Faults, Setup.Options, Setup.Parts.Entropy.NextDouble());
        if (verdict.Fate is ItemFate.RetryHere or ItemFate.RetryLater)
        {
            if (Ledger.Unsaved > 0 && !Saver.IsSaving) await SaveAsync();
            await DelayAsync(verdict.Delay);
        }
        else Leave(verdict.Error);
    }

    async ValueTask<bool> WaitForRetriesAsync()
    {
        if (Feed.NextRetryAt is not { } due) return guard is not null && Ledger.InFlight + Ledger.Waiting > 0 && await SettleFirstAsync();
        var wait = due - time.GetUtcNow();
        if (wait > LongestWaitInSlot && Ledger.InFlight + Ledger.Waiting == 0)
        {
            Leave(new ParkJobException($"{Feed.RetryListed} items of stream '{Setup.Name}' wait for their next try", due));
            return false;
        }
        if (Ledger.Unsaved > 0 && !Saver.IsSaving) await SaveAsync();
        if (wait <= TimeSpan.Zero) return true;
        Attempt.Rest(wait);
        await settled.WaitAsync(wait);
        return true;
    }

    // Nothing to take, but what is in flight may yet put something on the retry list.
    async ValueTask<bool> SettleFirstAsync()
    {
        await settled.WaitAsync(Timeout.InfiniteTimeSpan);
        return true;
    }

    public async Task DelayAsync(TimeSpan delay)
    {
        Attempt.Rest(delay);
        try
        {
            await Task.Delay(delay, time, Attempt.Stopping);
        }
        catch (OperationCanceledException) when (Attempt.Stop is not null)
        {
            // told to stop: whoever waited looks at that next
        }
    }

    void Isolate(ref Work<T> work)
    {
        if (isolation.Taken(work.Key) is { } killer) work.Fault = killer;
    }

    long Land(in Work<T> work, bool settled)
    {
        var ticks = (time.GetTimestamp() - work.Started) / Math.Max(1, work.Share);
        Ledger.Landed(work.Started, ticks);
        Attempt.Presence?.ItemEnded(Attempt.Slot, work.Place, settled, settled ? settledTime.Add(ticks) : 0);
        return ticks;
    }

    void Settle(in Work<T> work)
    {
        if (work.Listed) Ledger.RetryIsDone(work.Key);
        if (work.ReplayId != 0) Ledger.Replayed(work.ReplayId);
        if (source.Kind == SourceKind.ByKey) Ledger.KeepKey(work.Key);
        Pass(work);
    }

    // The mark may pass the item: it is settled, or on the durable list.
    void Pass(in Work<T> work)
    {
        if (work.Ordinal >= 0) Feed.Window.Settle(work.Ordinal);
        if (isolation.IsOn && isolation.Settled(work.Key)) Ledger.SuspectsAreThrough();
    }

    void Carry(in Work<T> work, ItemVerdict verdict)
    {
        if (verdict.Fate == ItemFate.RetryHere)
        {
            var spent = time.GetTimestamp() - work.Started;
            Ledger.Pause(work.Started, spent);
            Attempt.Presence?.ItemEnded(Attempt.Slot, work.Place, settled: false, 0);
            return;
        }
        var ticks = Land(work, settled: true);
        if (verdict.Fate == ItemFate.RetryLater) List(work, verdict.Delay, verdict.Error, ticks);
        else Quarantine(work, verdict.Error, ticks);
    }

    // Between two tries it was not in flight; the presence must count it as settled all the same, for the save will count it as saved.
    void ListPaused(in Work<T> work, TimeSpan delay, Exception error)
    {
        if (Attempt.Presence is { } presence) presence.ItemEnded(Attempt.Slot, presence.ItemStarted(Attempt.Slot, work.Key), settled: true, 0);
        List(work, delay, error, ticks: 0);
    }

    void List(in Work<T> work, TimeSpan delay, Exception error, long ticks)
    {
        var item = new RetryItem { Key = work.Key, Payload = Payload(work), Failures = work.Failures, DueAt = time.GetUtcNow() + delay, Error = Text(error) };
        Ledger.RetryLater(item, ticks);
        Feed.RetryLater(item);
        Pass(work);
    }

    void Quarantine(in Work<T> work, Exception error, long ticks)
    {
        var entry = new QuarantineEntry { Key = work.Key, Payload = Payload(work), Failures = work.Failures, Error = Text(error) };
        Ledger.Quarantine(entry, ticks);
        if (work.Fault is null) Breaker?.Quarantined(error, entry);
        if (work.Listed) Ledger.RetryIsDone(work.Key);
        if (source.Kind == SourceKind.ByKey) Ledger.KeepKey(work.Key);
        Pass(work);
        if (Ledger.Counters.Quarantined > Setup.Options.QuarantineLimit)
            Leave(new JobFaultException($"Stream '{Setup.Name}' has quarantined {Ledger.Counters.Quarantined} items; the limit is {Setup.Options.QuarantineLimit}. Last error: {error.Message.TrimEnd('.')}. Mend the cause and retry the job, or raise StreamOptions.QuarantineLimit.", error));
    }

    void Trip(in Work<T> work, Exception error, string fingerprint)
    {
        var ticks = Land(work, settled: true);
        var now = time.GetUtcNow();
        Ledger.TakeBack(Breaker!.TakeWrongedBy(fingerprint), now);
        List(work, TimeSpan.Zero, error, ticks);
        Ledger.SetBreaker(new() { Fingerprint = fingerprint, Error = Text(error), FailedCanaries = 0, LastCanaryKey = null });
        var options = Setup.Options.Breaker!;
        Leave(new ParkJobException($"stream '{Setup.Name}' stopped: {options.Failures} of the last {options.Window} items failed alike, so the fault is not theirs: {fingerprint}", now + StreamBreaker.Pause(options, 0), error));
    }

    byte[] Payload(in Work<T> work) =>
        work.RawPayload ?? Setup.Parts.ToJson(work.Value, Setup.Parts.Options.MaxPayloadBytes, $"The item '{work.Key}' of stream '{Setup.Name}'");

    static string Text(Exception error) => ErrorText.Of(error);

    MaybeLock Guarded() => new(guard);
}
