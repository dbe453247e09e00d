using System.Data.Common;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Settling;

/// <summary>Writes a batch of outcomes, each under its fence. A plain success is one delete and one insert, bound from memory.</summary>
internal sealed class SettleOperation(IReadOnlyList<Settlement> batch, Lanes lanes, Mover mover, TimeSpan effectsLimit) : WriteOperation<SettleVerdict[]>
{
    static readonly string FinishSql = Sql.Load("Settling/Finish");
    static readonly string FinishWithMemorySql = Sql.Load("Settling/FinishWithMemory");
    static readonly string FindSettledSql = Sql.Load("Settling/FindSettled");
    static readonly string AnyAskSql = Sql.Load("Storage/AnyAsk");
    static readonly string DropAskSql = Sql.Load("Storage/DropAsk");
    static readonly string SetFlagSql = Sql.Load("Settling/KeepFlag");

    readonly bool hasEffects = batch.Any(settlement => settlement.Effects is not null);
    Dictionary<Settlement, Exception>? spoiled; // what the effects came to that took the connection with them: they are not run again

    public override int Rows => batch.Count;

    public override bool CanFailHalfWay => true;

    public override bool NeedsDbTransaction => hasEffects;

    public override void Execute(WriteTransaction transaction)
    {
        var verdicts = new SettleVerdict[batch.Count];
        var asks = Is(transaction.Prepare(AnyAskSql));
        for (var at = 0; at < verdicts.Length; at++)
        {
            var settlement = batch[at];
            verdicts[at] = settlement.Next == JobState.Succeeded && settlement.Effects is null && settlement.Interruption is null
                ? Finish(transaction, settlement, asks)
                : Settle(transaction, settlement);
        }
        foreach (var worker in batch.Select(settlement => settlement.Lease.Worker.Value).Distinct()) Mover.BuryIfRetired(transaction, worker);
        Answer = verdicts;
    }

    SettleVerdict Finish(WriteTransaction transaction, Settlement settlement, bool asks)
    {
        var job = settlement.Job;
        var hasMemory = false;
        if (!TryDelete(transaction, FinishSql, settlement.Lease))
        {
            hasMemory = TryDelete(transaction, FinishWithMemorySql, settlement.Lease);
            if (!hasMemory) return Settled(transaction, settlement.Lease);
        }
        FinishedRows.InsertSettled(transaction, settlement, lanes.FindOrAdd(transaction, job.Queue, job.Name));
        if (asks) transaction.Prepare(DropAskSql).Bind(1, job.Id.Value).Run(); // moot: a success is final
        Ledger.Add(transaction, job.Id, settlement.Log);
        if (hasMemory) transaction.Prepare(SetFlagSql).Bind(1, job.Id.Value).Bind(2, settlement.KeepMemory).Run();
        if (hasMemory || job.DedupKey is not null || job.Limit is not null || job.Parent is not null)
            mover.Ended(transaction, job.Id, JobState.Succeeded, job.Name, job.DedupKey, job.Limit, job.Parent, hasMemory);
        return SettleVerdict.Settled;
    }

    static bool TryDelete(WriteTransaction transaction, string sql, Lease lease) =>
        transaction.Prepare(sql).Bind(1, lease.Job.Value).Bind(2, lease.Fence).Run() == 1;

    SettleVerdict Settle(WriteTransaction transaction, Settlement settlement)
    {
        if (LiveRow.Find(transaction, settlement.Lease.Job) is not { State: JobState.Running } row || row.Fence != settlement.Lease.Fence)
            return Settled(transaction, settlement.Lease);
        if (settlement.Effects is { } effects && !TryRun(transaction, settlement, effects)) return SettleVerdict.EffectsFailed;
        if (settlement.Interruption is { } interruption) Ledger.Add(transaction, row.Id, row.Attempt, interruption);
        (row.Attempt, row.Failures, row.Crashes) = (settlement.Attempt, settlement.Failures, settlement.Crashes);
        row.Result = settlement.Result;
        row.KeepsMemory = settlement.KeepMemory;
        row.StartedAt = settlement.StartedAt;
        // A finished row says how it ended; a live one keeps its last error until the next.
        row.Error = settlement.Error ?? (Transitions.IsTerminal(settlement.Next) ? null : row.Error);
        Ledger.Add(transaction, row.Id, settlement.Log);
        var now = StoreLaw.ToMilliseconds(transaction.Now);
        mover.EndAttempt(transaction, row, settlement.Event, StoreLaw.DueOf(settlement, now), settlement.Reason);
        return SettleVerdict.Settled;
    }

    // Mine applied before, or somebody else's job by now.
    static SettleVerdict Settled(WriteTransaction transaction, Lease lease) =>
        Is(transaction.Prepare(FindSettledSql).Bind(1, lease.Job.Value).Bind(2, lease.Fence)) ? SettleVerdict.Settled : SettleVerdict.LeaseLost;

    bool TryRun(WriteTransaction transaction, Settlement settlement, Func<DbTransaction, CancellationToken, ValueTask> effects)
    {
        if (spoiled is not null && spoiled.TryGetValue(settlement, out var end))
        {
            settlement.EffectsError = end;
            return false;
        }
        using var scope = new EffectScope(transaction, effectsLimit);
        scope.Save();
        try
        {
            scope.Run(() => effects(scope.Transaction, scope.TimeLimit));
            scope.ReleaseSave();
            return true;
        }
        catch (SpoiledConnection error)
        {
            (spoiled ??= new(ReferenceEqualityComparer.Instance))[settlement] = error.Reason;
            throw;
        }
        catch (Exception error)
        {
            // Whatever user code throws is its settlement's own affair: the others of the batch stand.
            scope.Undo();
            scope.ReleaseSave();
            settlement.EffectsError = error;
            return false;
        }
    }

    static bool Is(Statement row)
    {
        var answer = row.Step();
        row.Reset();
        return answer;
    }
}
