namespace Tidemark.Running;

/// <summary>Batch by batch. A batch that fails is tried in halves until the bad item stands alone and goes the way of a failed item.</summary>
internal sealed class BatchDriver<T, TCursor>(
    StreamRun<T, TCursor> run, SemaphoreSlim? turn, int size, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler) : IStreamDriver
{
    readonly CancellationToken abort = run.Setup.Attempt.Abort;
    readonly ItemDriver<T, TCursor> alone = new(run, turn, (item, token) => handler([item], token));

    public async Task RunAsync()
    {
        while (await TakeAsync() is { Count: > 0 } batch)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var work = batch[i];
                if (work.Fault is not null)
                {
                    run.Failed(ref work, work.Fault);
                    batch.RemoveAt(i--);
                    continue;
                }
                run.Begin(ref work);
                batch[i] = work;
            }
            await RunHalvingAsync(batch, 0, batch.Count);
        }
    }

    async Task RunHalvingAsync(List<Work<T>> batch, int start, int count)
    {
        if (count == 0) return;
        if (count == 1)
        {
            var work = batch[start];
            await alone.EndAsync(work, CallAsync([Item(work)]));
            return;
        }
        try
        {
            await CallAsync([.. batch.Skip(start).Take(count).Select(Item)]);
        }
        catch (Exception error)
        {
            if (abort.IsCancellationRequested || run.Fault is not null)
            {
                for (var i = start; i < start + count; i++) run.Cut(batch[i]);
                return;
            }
            if (run.Setup.Attempt.Definition.Faults.Decide(error) is FaultDecision.ParkIt or FaultDecision.FailIt)
            {
                for (var i = start + 1; i < start + count; i++) run.Cut(batch[i]);
                var first = batch[start];
                run.Failed(ref first, error);
                return;
            }
            await RunHalvingAsync(batch, start, count / 2);
            await RunHalvingAsync(batch, start + count / 2, count - count / 2);
            return;
        }
        for (var i = start; i < start + count; i++) run.Done(batch[i]);
    }

    async Task CallAsync(IReadOnlyList<StreamItem<T>> items) => await handler(items, abort);

    StreamItem<T> Item(Work<T> work) => new(work.Value, work.Key, run.Setup.StreamKey, work.Failures + 1);

    async ValueTask<List<Work<T>>> TakeAsync()
    {
        if (turn is not null) await turn.WaitAsync();
        try
        {
            return await run.GatherAsync(size);
        }
        finally
        {
            turn?.Release();
        }
    }
}
