using System.Data.Common;
using Npgsql;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Settling;

/// <summary>
/// Writes a batch of outcomes, each under its fence. Plain successes go by sets; what is not plain, or has turned out not to be, goes one by one
/// after them.
/// </summary>
/// <param name="batch">The outcomes.</param>
/// <param name="mover">For what is not plain.</param>
/// <param name="retired">Which of their workers have said goodbye: their rows go with their last job.</param>
/// <param name="effectsLimit">For user code.</param>
internal sealed class SettleOperation(IReadOnlyList<Settlement> batch, Mover mover, Func<WorkerId, bool> retired, TimeSpan effectsLimit) : WriteOperation<SettleVerdict[]>
{
    static readonly Sql FindSettledSql = Sql.Load("Settling/FindSettled");
    static readonly FinishSet Finish = new();

    readonly bool hasEffects = batch.Any(settlement => settlement.Effects is not null);
    HashSet<(long Id, long Fence)> finished = [];
    bool commitWasRefused;
    Dictionary<Settlement, Exception>? spoiled; // what the effects came to that took the connection with them: they are not run again

    public override int Rows => batch.Count;

    public override bool Lends => hasEffects;

    public override WriteSet? Set { get; } = batch.Any(IsPlain) ? Finish : null;

    public override bool HasRest => batch.Any(settlement => !IsFinished(settlement) || retired(settlement.Lease.Worker));

    /// <summary>For its set.</summary>
    public IEnumerable<Settlement> Plain => batch.Where(IsPlain);

    /// <summary>By its set: those that were as plain as they looked.</summary>
    public void Conclude(HashSet<(long Id, long Fence)> ended)
    {
        finished = ended;
        Answer = new SettleVerdict[batch.Count]; // settled, unless there is a rest
    }

    public override bool GoesAboutItOtherwise(Exception refusal) =>
        hasEffects && !commitWasRefused && refusal is PostgresException said && !Faults.IsTheServers(said) && (commitWasRefused = true);

    public override void Fail(Exception error) => base.Fail(commitWasRefused ? Faults.OfTheEffects(error) : error);

    public override void Execute(WriteTransaction transaction)
    {
        var verdicts = new SettleVerdict[batch.Count];
        for (var at = 0; at < verdicts.Length; at++)
        {
            verdicts[at] = IsFinished(batch[at]) ? SettleVerdict.Settled : Settle(transaction, batch[at]);
        }
        foreach (var worker in batch.Select(settlement => settlement.Lease.Worker).Distinct().Where(retired)) Mover.BuryIfRetired(transaction, worker.Value);
        Answer = verdicts;
    }

    // Nothing follows from it but the row's move. Whether it has memory only the row knows: it is then left for the other way.
    static bool IsPlain(Settlement settlement) => settlement is
    {
        Next: JobState.Succeeded, Effects: null, Interruption: null, Reason: null, Error: null, Log.Count: 0, Job: { DedupKey: null, Limit: null, Parent: null },
    };

    bool IsFinished(Settlement settlement) => finished.Contains((settlement.Lease.Job.Value, settlement.Lease.Fence));

    SettleVerdict Settle(WriteTransaction transaction, Settlement settlement)
    {
        if (LiveRow.Find(transaction, settlement.Lease.Job) is not { State: JobState.Running } row || row.Fence != settlement.Lease.Fence)
            return IsSettled(transaction, settlement.Lease) ? SettleVerdict.Settled : SettleVerdict.LeaseLost;
        if (settlement.Effects is { } effects && !TryRun(transaction, settlement, effects)) return SettleVerdict.EffectsFailed;
        if (settlement.Interruption is { } interruption) Ledger.Add(transaction, row.Id, row.Attempt, interruption);
        (row.Attempt, row.Failures, row.Crashes) = (settlement.Attempt, settlement.Failures, settlement.Crashes);
        row.Result = settlement.Result;
        row.KeepsMemory = settlement.KeepMemory;
        row.StartedAt = settlement.StartedAt;
        // A finished row says how it ended; a live one keeps its last error until the next.
        row.Error = settlement.Error ?? (Transitions.IsTerminal(settlement.Next) ? null : row.Error);
        Ledger.Add(transaction, row.Id, settlement.Log);
        mover.EndAttempt(transaction, row, settlement.Event, StoreLaw.DueOf(settlement, transaction.Now), settlement.Reason);
        return SettleVerdict.Settled;
    }

    // Mine applied before, or somebody else's job by now.
    static bool IsSettled(WriteTransaction transaction, Lease lease) => transaction.Prepare(FindSettledSql).Bind(1, lease.Job.Value).Bind(2, lease.Fence).Any();

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
        }
        catch (SpoiledConnection error)
        {
            (spoiled ??= new(ReferenceEqualityComparer.Instance))[settlement] = error.Reason;
            throw;
        }
        catch (Exception error) when (transaction.Ending == ConnectionEnding.None)
        {
            // Whatever user code throws is its settlement's own affair: the others of the batch stand.
            return Undo(scope, settlement, error);
        }
        try
        {
            if (commitWasRefused) scope.CheckDeferred();
        }
        catch (CommitRefusal refusal)
        {
            return Undo(scope, settlement, refusal.InnerException!);
        }
        scope.ReleaseSave();
        return true;
    }

    static bool Undo(EffectScope scope, Settlement settlement, Exception error)
    {
        scope.Undo();
        scope.ReleaseSave();
        settlement.EffectsError = error;
        return false;
    }
}
