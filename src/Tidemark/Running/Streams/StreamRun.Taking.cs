using Tidemark.Seams;

namespace Tidemark.Running;

/// <summary>What is handed out next, and what is waited for when nothing can be: room, a save, the source, a retry.</summary>
internal sealed partial class StreamRun<T, TCursor>
{
    static readonly TimeSpan LongestWaitInSlot = TimeSpan.FromMinutes(1);

    /// <summary>Hands out the next item if all is at hand for it: not stopped, room in the bound, an item read. Never waits.</summary>
    public bool TryTake(out Work<T> work)
    {
        work = default;
        if (Fault is not null || Attempt.MustLeave) return false;
        Saver.FinishIfDone();
        using var guarded = Guarded();
        var now = time.GetTimestamp();
        if (!Ledger.HasRoom(now) || Feed.Window.Count >= maxAhead) return false;
        if (Saver.Rhythm.AtHalf && Ledger.IsHalfFull && !Saver.IsSaving) StartSave();
        if (isolation.IsOn && (Ledger.InFlight + Ledger.Waiting > 0 || Saver.IsSaving)) return false;
        if (!Feed.TryNext(Ledger, onlyListed: IsListFull, out work)) return false;
        work.Clock.Started = now;
        Ledger.Started(work.Clock);
        if (isolation.IsOn) Isolate(ref work);
        return true;
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
        if (HasRoomNow()) return !Feed.SourceEnded && !IsListFull && await FillAsync();
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
            if (Ledger.Unsaved > 0 && !HasRoomNow())
            {
                await (Saver.IsSaving ? Saver.FinishAsync().AsTask() : SaveAsync()); // a canary counts against the bound as any item
                continue;
            }
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
        work.Clock.Started = time.GetTimestamp();
        Ledger.Started(work.Clock);
        if (isolation.IsOn) Isolate(ref work);
        return true;
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
        return (!IsListFull && await FillAsync()) || await WaitForRetriesAsync();
    }

    // The source is left alone until something has left the list: an item that is not read is not lost.
    bool IsListFull => Feed.OnList >= Setup.Options.MaxRetryListed;

    bool HasRoomNow()
    {
        using var _ = Guarded();
        return Ledger.HasRoom(time.GetTimestamp()) && Feed.Window.Count < maxAhead;
    }

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
            await DelayAsync(verdict.Delay, rests: Ledger.InFlight == 0);
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
        if (Ledger.InFlight + Ledger.Waiting == 0) Attempt.Rest(wait); // else an item is at work, and its silence is one
        await settled.WaitAsync(wait);
        return true;
    }

    // Nothing to take, but what is in flight may yet put something on the retry list.
    async ValueTask<bool> SettleFirstAsync()
    {
        await settled.WaitAsync(Timeout.InfiniteTimeSpan);
        return true;
    }

    void Isolate(ref Work<T> work)
    {
        if (isolation.Taken(work.Key) is { } killer) work.Fault = killer;
    }
}
