using System.Data.Common;

namespace Tidemark.Running;

/// <summary>
/// Effects in the checkpoint's own transaction: gathers as many items as the bound allows and writes them, their effects and the cursor as one.
/// </summary>
internal sealed class EffectDriver<T, TCursor>(
    StreamRun<T, TCursor> run, Func<IReadOnlyList<StreamItem<T>>, DbTransaction, CancellationToken, Task> effects) : IStreamDriver
{
    public async Task RunAsync()
    {
        while (await run.GatherAsync(run.Setup.Options.ResumeCost.Items) is { Count: > 0 } list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                var work = list[i];
                run.Begin(ref work);
                list[i] = work;
            }
            await run.Saver.FinishAsync();
            var made = new Effects(run, list, effects);
            run.Saver.Start(rows: null, made);
            await run.Saver.FinishAsync();
            if (made.Rows is { } rows) run.Saver.Cleared(rows);
        }
    }

    /// <summary>Runs in the store's transaction while the stream waits: nobody else touches the ledger meanwhile.</summary>
    sealed class Effects(
        StreamRun<T, TCursor> run, List<Work<T>> list, Func<IReadOnlyList<StreamItem<T>>, DbTransaction, CancellationToken, Task> effects) : IEffects
    {
        CheckpointRows? rows; // made once: a repeat after an unknown outcome writes the same effects and the same rows
        Exception?[]? errors;

        public CheckpointRows? Rows => rows;

        public async ValueTask<CheckpointRows> RunAsync(IEffectScope scope)
        {
            if (rows is not null)
            {
                await ApplyGoodAsync(scope);
                return rows;
            }
            errors = new Exception?[list.Count];
            for (var i = 0; i < list.Count; i++) errors[i] = list[i].Fault;
            if (Array.TrueForAll(errors, error => error is null)) await HalveAsync(scope, 0, list.Count);
            else
            {
                for (var i = 0; i < list.Count; i++)
                {
                    if (errors[i] is null) await HalveAsync(scope, i, 1);
                }
            }
            for (var i = 0; i < list.Count; i++)
            {
                var work = list[i];
                if (errors[i] is { } error) run.FailedForLater(ref work, error);
                else run.Done(work);
            }
            return rows = run.CutRows();
        }

        async ValueTask HalveAsync(IEffectScope scope, int start, int count)
        {
            scope.Save();
            try
            {
                await effects([.. list.Skip(start).Take(count).Select(Item)], scope.Transaction, scope.TimeLimit);
                scope.ReleaseSave();
                return;
            }
            catch (Exception error) when (count == 1)
            {
                scope.RollBackToSave();
                scope.ReleaseSave();
                errors![start] = error;
                return;
            }
            catch (Exception) when (count > 1)
            {
                scope.RollBackToSave(); // halve: the item that failed will stand alone and tell its own error
                scope.ReleaseSave();
            }
            await HalveAsync(scope, start, count / 2);
            await HalveAsync(scope, start + count / 2, count - count / 2);
        }

        async ValueTask ApplyGoodAsync(IEffectScope scope)
        {
            var good = new List<StreamItem<T>>(list.Count);
            for (var i = 0; i < list.Count; i++)
            {
                if (errors![i] is null) good.Add(Item(list[i]));
            }
            if (good.Count > 0) await effects(good, scope.Transaction, scope.TimeLimit);
        }

        StreamItem<T> Item(Work<T> work) => new(work.Value, work.Key, run.Setup.StreamKey, work.Failures + 1);
    }
}
