using Tidemark.Lifecycle;
using Tidemark.Settling;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 4: outcomes become rows.</summary>
internal sealed class SettleStage(Tables tables, Mover mover)
{
    public SettleVerdict[] Settle(IReadOnlyList<Settlement> batch)
    {
        foreach (var settlement in batch) StoreLaw.Check(settlement);
        return [.. batch.Select(One).ToList()];
    }

    SettleVerdict One(Settlement settlement)
    {
        if (tables.Jobs.Find(settlement.Lease.Job) is not { } job || job.Fence != settlement.Lease.Fence) return SettleVerdict.LeaseLost;
        // A rescue grows the fence, so "my fence and not running" can only be my own settlement, applied before.
        if (job.State != JobState.Running) return SettleVerdict.Settled;
        using var transaction = new MemoryTransaction();
        if (settlement.Effects is not null && !TryRun(settlement, transaction)) return SettleVerdict.EffectsFailed;
        Write(job, settlement, tables.Now);
        transaction.End(commit: true);
        return SettleVerdict.Settled;
    }

    static bool TryRun(Settlement settlement, MemoryTransaction transaction)
    {
        try
        {
            var effects = settlement.Effects!(transaction, CancellationToken.None).AsTask();
            if (!effects.IsCompleted) throw CheckpointStage.EffectsAwaited($"job {settlement.Lease.Job}");
            effects.GetAwaiter().GetResult();
            return true;
        }
        catch (Exception error)
        {
            // Whatever user code throws is its settlement's own affair: the others of the batch stand.
            settlement.EffectsError = error;
            return false;
        }
    }

    void Write(JobRow job, Settlement settlement, DateTimeOffset now)
    {
        if (settlement.Interruption is { } interruption) job.Ledger.Add(new(job.Attempt, now, interruption with { Until = interruption.Until is { } until ? StoreLaw.ToMilliseconds(until) : null }));
        (job.Attempt, job.Failures, job.Crashes) = (settlement.Attempt, settlement.Failures, settlement.Crashes);
        job.Result = Bytes.Copy(settlement.Result);
        job.KeepsMemory = settlement.KeepMemory;
        job.StartedAt = StoreLaw.ToMilliseconds(settlement.StartedAt);
        // A finished row says how it ended; a live one keeps its last error until the next.
        job.Error = settlement.Error ?? (Transitions.IsTerminal(settlement.Next) ? null : job.Error);
        job.AddLog(settlement.Log);
        mover.EndAttempt(job, settlement.Event, StoreLaw.DueOf(settlement, now), settlement.Reason, now);
    }
}
