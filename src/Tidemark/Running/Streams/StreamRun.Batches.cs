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

    /// <summary>The clock of a batch, or of a part of one, runs from here: what the other half took is not its own time.</summary>
    public void Restart(Span<Work<T>> batch)
    {
        using var _ = Guarded();
        var now = time.GetTimestamp();
        foreach (ref var work in batch)
        {
            Ledger.Landed(work.Started, ticks: 0);
            Ledger.Started(now);
            work.Started = now;
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
                    foreach (ref var work in batch) Carry(work, verdict);
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
            work.Started = time.GetTimestamp();
            if (isLeaving)
            {
                ListPaused(work, TimeSpan.Zero, error);
                continue;
            }
            Ledger.Retried();
            Ledger.Started(work.Started);
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
        foreach (ref var work in batch) Carry(work, verdict);
    }

    static int MostFailures(Span<Work<T>> batch)
    {
        var most = 0;
        foreach (ref var work in batch) most = Math.Max(most, work.Failures);
        return most;
    }
}
