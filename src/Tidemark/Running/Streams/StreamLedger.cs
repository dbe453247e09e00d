using System.Text.Json;

namespace Tidemark.Running;

/// <summary>
/// The bookkeeping of a stream: low-water mark, settled keys ahead of it, unsaved and in-flight items, with their handler time (<see cref="TimeAtStake"/>). It answers
/// "may another item be handed out?" and "what is to be written now?". Not thread-safe: the run calls it under its guard.
/// </summary>
/// <remarks>The cursor's type lives in <see cref="StreamWindow{TCursor}"/>; what is here holds for every stream.</remarks>
internal sealed class StreamLedger(StreamOptions options, long ticksPerSecond)
{
    readonly TimeAtStake time = new(options.ResumeCost.Time, ticksPerSecond);
    List<string> kept = [];
    List<QuarantineEntry> quarantined = [];
    Dictionary<string, RetryItem> retryLater = new(StringComparer.Ordinal);
    List<string> retryDone = [];
    List<string> replayed = [];
    List<RetryItem> takenBack = [];
    List<string> acquitted = [];
    long savingItems, cutItems;
    bool progress, dirty;
    (string Key, Exception Error, DateTimeOffset At)? failure;

    public StreamCounters Counters { get; set; }
    public int Unsaved { get; private set; }
    public int InFlight { get; private set; }

    /// <summary>Items between two tries: they hold room, but no handler time passes.</summary>
    public int Waiting { get; private set; }
    public BreakerMemory? Breaker { get; private set; }

    /// <summary>Items that an interruption now would make us do again. Read from other threads for the gauge: a torn reading is a stale one.</summary>
    public long Exposed => Unsaved + InFlight + Waiting + cutItems;

    /// <summary>An abort has cut an item off: the stream has not ended, whatever its source says.</summary>
    public bool WasCut => cutItems > 0;

    /// <summary>The handler milliseconds in <see cref="Exposed"/>, failed tries and tries under way included.</summary>
    public long ExposedMs(long now) => time.AllMs(now);

    /// <summary>The last save was made before it was known how long its items took.</summary>
    public bool TimeIsUntold { get; set; }

    /// <summary>Something changed since the last save, even if no item was settled.</summary>
    public bool IsDirty => dirty || TimeIsUntold || Unsaved > savingItems || takenBack.Count > 0;

    /// <summary>Nothing is to be saved but what is in flight.</summary>
    public bool IsPlain =>
        !dirty && Unsaved + Waiting == 0 && cutItems == 0 && failure is null && Breaker is null && retryLater.Count == 0 &&
        kept.Count + quarantined.Count + retryDone.Count + replayed.Count + takenBack.Count + acquitted.Count == 0;

    /// <summary>The counters as a save now would write them.</summary>
    public StreamCounters Counted => Counters with { HandlerMs = Counters.HandlerMs + time.HandlerMs };

    /// <summary>Section 5.1 of the design: the next item goes out only while the bound has room for it.</summary>
    public bool HasRoom(long now) =>
        Unsaved + InFlight + Waiting < options.ResumeCost.Items && time.HasRoom(now);

    public bool IsHalfFull => (Unsaved - savingItems) * 2 >= options.ResumeCost.Items || time.IsHalfFull;

    public void Started(in TryClock clock)
    {
        InFlight++;
        time.Started(clock);
    }

    /// <summary>Taken, but its try has not begun: its clock is to start anew.</summary>
    public void Unstarted(in TryClock clock)
    {
        InFlight--;
        time.Unstarted(clock);
    }

    /// <summary>
    /// The item is no longer in flight and not settled: it was parked, or is told otherwise by the calls below. Answers the ticks of this try.
    /// </summary>
    public long Landed(in TryClock clock, long now)
    {
        InFlight--;
        return time.Landed(clock, now);
    }

    /// <summary>Stopped in the middle: neither done nor failed.</summary>
    public void CutOff(in TryClock clock, long now)
    {
        InFlight--;
        cutItems++;
        time.CutOff(clock, now);
    }

    /// <summary>A try has failed, and its item is to be tried again at once: the time counts on. Answers the ticks of that try.</summary>
    public long TryFailed(ref TryClock clock, long now) => time.TryFailed(ref clock, now);

    /// <summary>A try has failed and the next one waits in place. Answers the ticks of that try.</summary>
    public long Pause(ref TryClock clock, long now)
    {
        var ticks = TryFailed(ref clock, now);
        Unstarted(clock);
        Waiting++;
        return ticks;
    }

    public void Resume() => Waiting--;

    /// <summary>Between two tries, and not to be tried again by this attempt. Answers the ticks of the tries it had.</summary>
    public long Released(in TryClock clock) => time.Released(clock);

    public void Done(long ticks)
    {
        Counters = Counters with { Done = Counters.Done + 1 };
        progress = true;
        Settled(ticks);
    }

    public void Quarantine(QuarantineEntry entry, long ticks)
    {
        Counters = Counters with { Quarantined = Counters.Quarantined + 1 };
        quarantined.Add(entry);
        Settled(ticks);
    }

    /// <summary>On the durable list: the mark may pass it. It counts as unsaved until then, for its tries would be done again.</summary>
    public void RetryLater(RetryItem item, long ticks)
    {
        Counters = Counters with { Retried = Counters.Retried + 1 };
        retryLater[item.Key] = item;
        Settled(ticks);
    }

    /// <summary>A try has failed; the text is made at the next save, and only of the last one.</summary>
    public void Failed(string key, Exception error, DateTimeOffset at) => failure = (key, error, at);

    public void Retried() => Counters = Counters with { Retried = Counters.Retried + 1 };

    public void RetryIsDone(string key)
    {
        retryLater.Remove(key); // listed and through between two saves: it must not come onto the durable list after its end
        retryDone.Add(key);
        dirty = true;
    }

    public void KeepKey(string key) => kept.Add(key);

    public void Replayed(string key) => replayed.Add(key);

    public void Shifted(long items) => Counters = Counters with { Shifted = Counters.Shifted + items };

    /// <summary>Suspects no more. Item by item: an attempt that ends in the middle must not leave those that are through to the next.</summary>
    public void Acquit(string[] keys)
    {
        acquitted.AddRange(keys);
        dirty |= keys.Length > 0;
    }

    /// <summary>
    /// The breaker says that these were not the items' faults: from quarantine to the retry list. The cursor never moves back. What has been
    /// saved may have been replayed since: only the store knows, so these are taken back by it, and counted by it, with the last save. Each keeps
    /// one failure: it has spoken to the breaker, and what fails again once the others go is bad itself.
    /// </summary>
    public void TakeBack(IEnumerable<QuarantineEntry> wronged, DateTimeOffset due)
    {
        foreach (var entry in wronged)
        {
            var item = new RetryItem { Key = entry.Key, Payload = entry.Payload, Failures = 1, DueAt = due, Error = entry.Error };
            if (!quarantined.Remove(entry))
            {
                takenBack.Add(item);
                continue;
            }
            retryLater[entry.Key] = item;
            Counters = Counters with { Quarantined = Counters.Quarantined - 1 };
        }
        dirty = true;
    }

    public void SetBreaker(BreakerMemory? breaker)
    {
        Breaker = breaker;
        dirty = true;
    }

    /// <summary>What is to be written now. What is settled after this belongs to the next save.</summary>
    /// <param name="cursor">The low-water mark.</param>
    /// <param name="fingerprint">What the source says of itself.</param>
    /// <param name="settledAhead">Keys newly settled ahead of the mark.</param>
    /// <param name="passed">Ahead keys that the mark has passed.</param>
    /// <param name="last">Nothing is saved after it by this attempt.</param>
    /// <param name="ended">The stream is through.</param>
    /// <param name="pace">How fast it is.</param>
    public CheckpointRows Cut(byte[]? cursor, string? fingerprint, IReadOnlyList<string> settledAhead, IReadOnlyList<string> passed, bool last, bool ended, StreamPace? pace)
    {
        savingItems = Unsaved;
        time.SaveBegins();
        var rows = new CheckpointRows
        {
            Cursor = cursor,
            Fingerprint = fingerprint,
            Counters = Counted,
            Settled = kept.Count > 0 ? Take(ref kept) : settledAhead,
            Passed = passed,
            Quarantined = Take(ref quarantined),
            RetryLater = retryLater.Count > 0 ? [.. retryLater.Values] : [],
            RetryDone = Take(ref retryDone),
            Replayed = Take(ref replayed),
            TakenBack = last ? Take(ref takenBack) : [],
            Acquitted = Take(ref acquitted),
            Breaker = Breaker,
            Ended = ended,
            Progress = progress,
            Pace = pace,
            Failure = failure is { } latest ? new(latest.Key, Lifecycle.ErrorText.Of(latest.Error), latest.At) : null,
        };
        if (retryLater.Count > 0) retryLater = new(StringComparer.Ordinal);
        (progress, dirty, failure, TimeIsUntold) = (false, false, null, false);
        return rows;
    }

    /// <summary>The cut is durable: what it covers costs nothing any more. Answers what that was.</summary>
    public (long Items, long Milliseconds) CutIsSaved()
    {
        var saved = savingItems;
        Unsaved -= (int)savingItems;
        savingItems = 0;
        return (saved, time.Saved());
    }

    // Never the list that is filled on: it would grow within a save that is under way, ahead of the counters that belong to it.
#pragma warning disable CA1859 // An empty answer is an empty array: no list is made for the many saves that have nothing of a kind.
    static IReadOnlyList<T> Take<T>(ref List<T> list)
#pragma warning restore CA1859
    {
        if (list.Count == 0) return [];
        var taken = list;
        list = [];
        return taken;
    }

    void Settled(long ticks)
    {
        Unsaved++;
        time.Settled(ticks);
    }
}
