using Tidemark.Lifecycle;

namespace Tidemark.Running;

/// <summary>What a batch shares: the clock of its try, the fate of a failure, the next try.</summary>
internal sealed partial class StreamRun<T, TCursor>
{
    /// <summary>A batch's try begins: its items were taken one after another, but their handler time runs from here.</summary>
    public void Begin(Span<Work<T>> batch)
    {
        Restart(batch);
        foreach (ref var work in batch) Begin(ref work);
    }

    /// <summary>The try of a part of a batch begins: what the other half took is not its own time.</summary>
    public void BeginPart(Span<Work<T>> part)
    {
        Restart(part);
        using var _ = Guarded();
        foreach (ref var work in part) ChangePlace(ref work, handlerMs: 0);
    }

    // Its time in the presence begins anew. The old place is left last: at no instant is it in none.
    void ChangePlace(ref Work<T> work, long handlerMs)
    {
        if (Attempt.Presence is not { } presence) return;
        var before = work.Place;
        work.Place = presence.ItemStarted(Attempt.Slot, work.Key, timed: !work.Clock.IsAnothers);
        presence.ItemEnded(Attempt.Slot, before, settled: false, handlerMs);
    }

    void Restart(Span<Work<T>> batch)
    {
        using var _ = Guarded();
        var now = time.GetTimestamp();
        for (var i = 0; i < batch.Length; i++)
        {
            ref var clock = ref batch[i].Clock;
            Ledger.Unstarted(clock);
            (clock.Started, clock.Share, clock.IsAnothers) = (now, batch.Length, i > 0);
            Ledger.Started(clock);
        }
    }

    /// <summary>
    /// Counts a failed try of a batch as a whole, and carries its fate out as far as that needs no waiting. Quarantine stands for "take it
    /// apart": no rule speaks of this error, or its tries as a whole are used up.
    /// </summary>
    /// <param name="batch">Its items.</param>
    /// <param name="error">What it failed with.</param>
    /// <param name="failures">Failed tries of this very batch; null: it is a part of one that is being taken apart.</param>
    public ItemVerdict BatchFailed(Span<Work<T>> batch, Exception error, int? failures)
    {
        var decision = Attempt.Definition.Faults.Decide(error);
        var tries = failures is null || ReferenceEquals(decision, FaultPolicy.Default) ? int.MaxValue : failures.Value + MostFailures(batch);
        var verdict = ItemVerdict.Of(decision, error, tries, Setup.Options, Setup.Parts.Entropy.NextDouble());
        using (Guarded())
        {
            Ledger.Failed(batch[0].Key, error, time.GetUtcNow());
            switch (verdict.Fate)
            {
                case ItemFate.Park or ItemFate.Fail:
                    foreach (ref var work in batch) Land(work, settled: false);
                    Leave(verdict.Error);
                    break;
                case ItemFate.RetryHere:
                    foreach (ref var work in batch) Carry(ref work, verdict);
                    break;
                case ItemFate.Quarantine:
                    foreach (ref var work in batch) ChangePlace(ref work, told.Add(Ledger.TryFailed(ref work.Clock, time.GetTimestamp())));
                    break;
                case ItemFate.RetryLater:
                    ListBatch(batch, tries, verdict);
                    break;
            }
        }
        settled.Set();
        return verdict;
    }

    /// <summary>After the backoff in place: the next try of them all, which then begins; or, when leaving, the durable list so that nothing waits for them.</summary>
    public bool TryAgain(Span<Work<T>> batch, Exception error)
    {
        // Looked at once: all or none. Outside the lock: the answer may abort handlers, whose continuations come back here.
        var isLeaving = IsLeaving();
        using var _ = Guarded();
        foreach (ref var work in batch)
        {
            Ledger.Resume();
            if (isLeaving)
            {
                ListPaused(work, TimeSpan.Zero, error);
                continue;
            }
            Ledger.Retried();
            work.Clock.Started = time.GetTimestamp();
            Ledger.Started(work.Clock);
        }
        return !isLeaving;
    }

    // One failure for the breaker, however many the items. It must be told here: a retry in place holds its lane, but a list that takes every
    // batch that fails would swallow the whole source while the other side is down.
    void ListBatch(Span<Work<T>> batch, int tries, ItemVerdict verdict)
    {
        foreach (ref var work in batch) work.Failures = tries;
        if (tries == 1 && Breaker is not null && Breaker.FirstTryFailed(verdict.Error, out var fingerprint))
        {
            Trip(batch[0], verdict.Error, fingerprint);
            batch = batch[1..];
        }
        foreach (ref var work in batch) Carry(ref work, verdict);
    }

    static int MostFailures(Span<Work<T>> batch)
    {
        var most = 0;
        foreach (ref var work in batch) most = Math.Max(most, work.Failures);
        return most;
    }
}
