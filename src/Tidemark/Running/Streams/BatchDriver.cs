using System.Runtime.InteropServices;

namespace Tidemark.Running;

/// <summary>
/// Batch by batch. Where a rule says that an error is worth another try, the batch is tried again as it is: an outage is not its items' fault,
/// and taking it apart would double the calls to a service that is down. Else, and when that was in vain, it is tried in halves until the bad
/// item stands alone and goes the way of a failed item.
/// </summary>
internal sealed class BatchDriver<T, TCursor>(
    StreamRun<T, TCursor> run, SemaphoreSlim? turn, int size, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler) : IStreamDriver<T>
{
    readonly CancellationToken abort = run.Setup.Attempt.Abort;
    readonly ItemDriver<T, TCursor> alone = new(run, turn, (item, token) => handler([item], token));

    public async Task RunAsync()
    {
        while (await TakeAsync() is { Count: > 0 } batch)
        {
            if (run.IsAborted())
            {
                CutAll(CollectionsMarshal.AsSpan(batch));
                return;
            }
            SetUnreadableAside(batch);
            run.Begin(CollectionsMarshal.AsSpan(batch));
            await RunAsync(batch, 0, batch.Count, whole: true);
        }
    }

    public Task<Exception?> TryOneAsync(Work<T> work) => alone.TryOneAsync(work);

    async Task RunAsync(List<Work<T>> batch, int start, int count, bool whole)
    {
        if (count == 0) return;
        if (!whole)
        {
            // A drain sees the halves to their end, they are in flight; but what begins after the lease has gone is another's by now.
            if (run.IsAborted())
            {
                CutAll(CollectionsMarshal.AsSpan(batch).Slice(start, count));
                return;
            }
            run.BeginPart(CollectionsMarshal.AsSpan(batch).Slice(start, count));
        }
        if (count == 1)
        {
            await alone.EndAsync(batch[start], CallAsync([Item(batch[start])]));
            return;
        }
        for (var failures = 1; ; failures++)
        {
            Exception error;
            try
            {
                await CallAsync([.. batch.Skip(start).Take(count).Select(Item)]);
                for (var i = start; i < start + count; i++) run.Done(batch[i]);
                return;
            }
            catch (Exception thrown)
            {
                error = thrown;
            }

            if (run.WasStopped(error))
            {
                CutAll(CollectionsMarshal.AsSpan(batch).Slice(start, count));
                return;
            }
            var verdict = run.BatchFailed(CollectionsMarshal.AsSpan(batch).Slice(start, count), error, whole ? failures : null);
            if (verdict.Fate == ItemFate.Quarantine) break;
            if (verdict.Fate != ItemFate.RetryHere) return;
            await run.DelayAsync(verdict.Delay);
            if (!run.TryAgain(CollectionsMarshal.AsSpan(batch).Slice(start, count), error)) return;
            run.Begin(CollectionsMarshal.AsSpan(batch).Slice(start, count));
        }
        await RunAsync(batch, start, count / 2, whole: false);
        await RunAsync(batch, start + count / 2, count - count / 2, whole: false);
    }

    void CutAll(Span<Work<T>> batch)
    {
        foreach (ref var work in batch) run.Cut(work);
    }

    async Task CallAsync(IReadOnlyList<StreamItem<T>> items) => await handler(items, abort);

    StreamItem<T> Item(Work<T> work) => new(work.Value, work.Key, run.Setup.StreamKey, work.Failures + 1);

    void SetUnreadableAside(List<Work<T>> batch)
    {
        for (var i = batch.Count - 1; i >= 0; i--)
        {
            var work = batch[i];
            if (work.Fault is not { } fault) continue;
            run.Begin(ref work); // it has a place like any other, and leaves it
            run.Failed(ref work, fault);
            batch.RemoveAt(i);
        }
    }

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
