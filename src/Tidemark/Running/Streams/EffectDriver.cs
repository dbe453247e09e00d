using System.Data.Common;
using System.Runtime.InteropServices;
using Tidemark.Storage;

namespace Tidemark.Running;

/// <summary>
/// Effects in the checkpoint's own transaction: gathers as many items as the bound allows and writes them, their effects and the cursor as one.
/// </summary>
internal sealed class EffectDriver<T, TCursor>(StreamRun<T, TCursor> run, ItemEffects<T> effects) : IStreamDriver<T>
{
    public async Task RunAsync()
    {
        while (await run.GatherAsync(run.Setup.Options.ResumeCost.Items) is { Count: > 0 } list)
        {
            run.Begin(CollectionsMarshal.AsSpan(list));
            await CommitAsync(new(run, list, effects));
        }
    }

    public async Task<Exception?> TryOneAsync(Work<T> work)
    {
        var canary = new Effects(run, [work], effects) { LeavesFailures = true };
        await CommitAsync(canary);
        return canary.Error(0);
    }

    async Task CommitAsync(Effects made)
    {
        await run.Saver.FinishAsync();
        run.Saver.Start(rows: null, made);
        await run.Saver.FinishAsync();
        if (made.Rows is { } rows) run.Saver.Cleared(rows);
    }

    /// <summary>Runs in the store's transaction while the stream waits: nobody else touches the ledger meanwhile.</summary>
    sealed class Effects(StreamRun<T, TCursor> run, List<Work<T>> list, ItemEffects<T> effects) : IEffects
    {
        const int Nobody = -1;

        // A driver that refuses a value in the middle of its message gives the connection up with it, and the transaction is gone before the bad item is found. The next
        // one then takes them one by one, and leaves out whom the driver has refused alone.
        Dictionary<int, Exception>? refusedByDriver;
        bool isTried;
        bool commitWasRefused;
        CheckpointRows? foreseen; // what holds if all goes well; null: what is found of the list cannot be taken back, so that the commit must not be what refuses it
        CheckpointRows? rows; // made once: a repeat after an unknown outcome writes the same effects and the same rows
        Exception?[]? errors;
        Exception? ending; // nothing begins after it: a quota that is used up is not asked again for each half, with the transaction open

        public CheckpointRows? Rows => rows;

        /// <summary>What has failed is neither set aside nor listed: its end is the caller's to decide.</summary>
        public bool LeavesFailures { get; init; }

        public Exception? Error(int item) => errors?[item];

        // What the list is like if all goes well is told beforehand, and only looked up in the ledger once it has: nothing is there to be undone.
        public bool CanCompose => effects.Compose is not null && !isTried && !LeavesFailures;

        public bool MayBeMade => isTried;

        public CheckpointRows? Compose(DbBatch batch)
        {
            isTried = true;
            if (run.Foresee(list) is not { } rowsThen) return null;
            effects.Compose!([.. list.Select(Item)], batch);
            TransactionWords.Refuse(batch);
            return rowsThen;
        }

        public void CommitRefused() => commitWasRefused = true;

        public void Written()
        {
            if (rows is not null) return;
            foreach (var work in list) run.Done(work);
            rows = run.CutRows();
            run.Ledger.TimeIsUntold = true;
        }

        public async ValueTask<CheckpointRows> RunAsync(IEffectScope scope)
        {
            if (rows is not null)
            {
                await ApplyGoodAsync(scope);
                return rows;
            }
            isTried = true;
            errors = new Exception?[list.Count];
            for (var i = 0; i < list.Count; i++) errors[i] = list[i].Fault ?? refusedByDriver?.GetValueOrDefault(i);
            var isUntouched = refusedByDriver is null && Array.TrueForAll(errors, error => error is null);
            foreseen = isUntouched && !commitWasRefused && !LeavesFailures ? run.Foresee(list) : null;
            if (isUntouched) await HalveAsync(scope, 0, list.Count);
            else
            {
                for (var i = 0; i < list.Count; i++)
                {
                    if (errors[i] is null) await HalveAsync(scope, i, 1);
                }
            }
            if (foreseen is not null) return foreseen;
            if (!commitWasRefused) scope.CheckDeferred(); // of all at once: what is refused here is made again, and each piece looked at
            for (var i = 0; i < list.Count; i++)
            {
                var work = list[i];
                if (errors[i] is not { } error) run.Done(work);
                else if (!LeavesFailures) run.FailedForLater(ref work, error);
            }
            return rows = run.CutRows();
        }

        async ValueTask HalveAsync(IEffectScope scope, int start, int count)
        {
            if ((ending ?? await ErrorAsync(scope, start, count)) is not { } error) return;
            if (ending is null && run.EndsStream(error)) ending = error;
            if (count == 1 || ending is not null)
            {
                Array.Fill(errors!, error, start, count);
                return;
            }
            await HalveAsync(scope, start, count / 2); // the item that failed will stand alone and tell its own error
            await HalveAsync(scope, start + count / 2, count - count / 2);
        }

        async ValueTask<Exception?> ErrorAsync(IEffectScope scope, int start, int count)
        {
            scope.Save();
            try
            {
                // Of a part also without that: one that swallows its error leaves a transaction in which the next part would fail, and be blamed.
                return await WriteErrorAsync(scope, start, count) ?? (commitWasRefused || count < list.Count ? CommitError(scope, commitWasRefused) : null);
            }
            finally
            {
                scope.ReleaseSave();
            }
        }

        async ValueTask<Exception?> WriteErrorAsync(IEffectScope scope, int start, int count)
        {
            try
            {
                await effects.Run([.. list.Skip(start).Take(count).Select(Item)], scope.Transaction, scope.TimeLimit);
                return null;
            }
            catch (Exception error)
            {
                foreseen = null;
                var before = refusedByDriver;
                if (RefusedValue.Is(error)) refusedByDriver = new(before ?? []) { [count == 1 ? start : Nobody] = error };
                scope.RollBackToSave(); // throws if the connection is gone: then what was noted stands
                refusedByDriver = before;
                return error;
            }
        }

        // Whatever else the look meets, a deadlock say, is no item's fault: it leaves, and all is made again.
        static Exception? CommitError(IEffectScope scope, bool ofDeferred)
        {
            try
            {
                if (ofDeferred) scope.CheckDeferred();
                else scope.CheckStanding();
                return null;
            }
            catch (CommitRefusal refusal)
            {
                scope.RollBackToSave();
                return refusal.InnerException;
            }
        }

        async ValueTask ApplyGoodAsync(IEffectScope scope)
        {
            var good = new List<StreamItem<T>>(list.Count);
            for (var i = 0; i < list.Count; i++)
            {
                if (errors![i] is null) good.Add(Item(list[i]));
            }
            if (good.Count > 0) await effects.Run(good, scope.Transaction, scope.TimeLimit);
        }

        StreamItem<T> Item(Work<T> work) => new(work.Value, work.Key, run.Setup.StreamKey, work.Failures + 1);
    }
}
