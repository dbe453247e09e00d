using Tidemark.Lifecycle;
using Tidemark.Seams;

namespace Tidemark.Running;

/// <summary>How an item ends: done, tried again, on the list for later, set aside, cut; and what that means for the stream.</summary>
internal sealed partial class StreamRun<T, TCursor>
{
    /// <summary>A canary has failed: back on the list with it, and park for longer; or give the job up.</summary>
    public void CanaryFailed(Work<T> work, Exception error, BreakerMemory breaker, BreakerOptions options)
    {
        var failed = breaker.FailedCanaries + 1;
        work.Failures = Math.Max(1, work.Failures); // known to the breaker: its next failure is no first one
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
        if (WasStopped(error))
        {
            Cut(work);
            return;
        }
        var verdict = Failed(ref work, error);
        if (verdict.Fate != ItemFate.RetryHere) return;
        Ledger.Resume();
        ListPaused(work, verdict.Delay, error);
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
            ? new(ItemFate.Quarantine, default, work.Fault, IsItsOwn: true)
            : ItemVerdict.Of(error, work.Failures, Attempt.Definition.Faults, Setup.Options, Setup.Parts.Entropy.NextDouble());
        using (Guarded())
        {
            Ledger.Failed(work.Key, verdict.Error, time.GetUtcNow());
            if (verdict.Fate is ItemFate.Park or ItemFate.Fail)
            {
                Land(work, settled: false);
                Leave(verdict.Error);
            }
            else if (work.Failures == 1 && !verdict.IsItsOwn && Breaker is not null && Breaker.FirstTryFailed(error, out var fingerprint))
            {
                Trip(work, error, fingerprint);
                verdict = verdict with { Fate = ItemFate.RetryLater };
            }
            else Carry(ref work, verdict);
        }
        settled.Set();
        return verdict;
    }

    /// <summary>After the backoff in place: the next try, or, when leaving, the durable list so that nothing waits for it.</summary>
    public bool TryAgain(ref Work<T> work, Exception error) => TryAgain(new Span<Work<T>>(ref work), error);

    /// <summary>Its handler left because it was aborted, or asked to stop and heeded that: no failure, and no try is charged.</summary>
    public bool WasStopped(Exception error) => Attempt.Control.IsAborted || (error is OperationCanceledException && Attempt.Stop is not null);

    /// <summary>True if this error ends the stream, so that it makes no sense to look for the item that it belongs to.</summary>
    public bool EndsStream(Exception error) => WasStopped(error) || Attempt.Definition.Faults.Decide(error) is FaultDecision.ParkIt or FaultDecision.FailIt;

    /// <summary>The item was stopped in the middle: it is neither done nor failed, and stays to be done.</summary>
    public void Cut(in Work<T> work)
    {
        using var _ = Guarded();
        Ledger.CutOff(work.Clock, time.GetTimestamp());
    }

    // Answers the ticks of all its tries; those that failed are told already.
    long Land(in Work<T> work, bool settled)
    {
        var ticks = Ledger.Landed(work.Clock, time.GetTimestamp());
        Attempt.Presence?.ItemEnded(Attempt.Slot, work.Place, settled, settled ? told.Add(ticks) : 0);
        return work.Clock.Spent + ticks;
    }

    void Settle(in Work<T> work)
    {
        OffList(work);
        if (Setup.IsReplay) Ledger.Replayed(work.Key);
        if (source.Kind == SourceKind.ByKey) Ledger.KeepKey(work.Key);
        Pass(work);
    }

    void OffList(in Work<T> work)
    {
        if (!work.Listed) return;
        Ledger.RetryIsDone(work.Key);
        Feed.RetryIsDone(work.Key);
    }

    // The mark may pass the item: it is settled, or on the durable list.
    void Pass(in Work<T> work)
    {
        if (work.Ordinal >= 0) Feed.Window.Settle(work.Ordinal);
        if (isolation.IsOn) Ledger.Acquit(isolation.Settled(work.Key));
    }

    void Carry(ref Work<T> work, ItemVerdict verdict)
    {
        if (verdict.Fate == ItemFate.RetryHere)
        {
            var spent = Ledger.Pause(ref work.Clock, time.GetTimestamp());
            Attempt.Presence?.ItemEnded(Attempt.Slot, work.Place, settled: false, told.Add(spent));
            return;
        }
        var ticks = Land(work, settled: true);
        if (verdict.Fate == ItemFate.RetryLater) List(work, verdict.Delay, verdict.Error, ticks);
        else Quarantine(work, verdict, ticks);
    }

    // Between two tries it was not in flight; the presence must count it as settled all the same, for the save will count it as saved.
    void ListPaused(in Work<T> work, TimeSpan delay, Exception error)
    {
        if (Attempt.Presence is { } presence) presence.ItemEnded(Attempt.Slot, presence.ItemStarted(Attempt.Slot, work.Key, timed: false), settled: true, 0);
        List(work, delay, error, Ledger.Released(work.Clock));
    }

    void List(in Work<T> work, TimeSpan delay, Exception error, long ticks)
    {
        var item = new RetryItem { Key = work.Key, Payload = Payload(work), Failures = work.Failures, DueAt = time.GetUtcNow() + delay, Error = Text(error) };
        Ledger.RetryLater(item, ticks);
        Feed.RetryLater(item);
        Pass(work);
    }

    void Quarantine(in Work<T> work, in ItemVerdict verdict, long ticks)
    {
        var error = verdict.Error;
        var entry = new QuarantineEntry { Key = work.Key, Payload = Payload(work), Failures = work.Failures, Error = Text(error) };
        Ledger.Quarantine(entry, ticks);
        if (!verdict.IsItsOwn) Breaker?.Quarantined(error, entry);
        OffList(work);
        if (source.Kind == SourceKind.ByKey) Ledger.KeepKey(work.Key);
        Pass(work);
        if (openBefore + Ledger.Counters.Quarantined is var open && open > Setup.Options.QuarantineLimit)
            Leave(new JobFaultException($"Stream '{Setup.Name}' has {open} items in quarantine; the limit is {Setup.Options.QuarantineLimit}. Last error: {ErrorText.MessageOf(error).TrimEnd('.')}. Mend the cause and retry the job, or raise StreamOptions.QuarantineLimit.", error));
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
}
