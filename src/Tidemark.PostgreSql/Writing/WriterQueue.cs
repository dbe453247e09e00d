namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// What waits for the store's threads. Bounded: who comes when it is full waits outside, in order, and blocks no thread. Of the threads that sleep, the one that fell asleep last is woken: where
/// there is little to do, it is one connection that does it, and the others are given up after a while.
/// </summary>
internal sealed class WriterQueue(int limit)
{
    readonly Lock sync = new();
    readonly Queue<WriteOperation> entries = new();
    readonly Queue<Outside> outside = new();
    readonly List<SemaphoreSlim> asleep = []; // the last fell asleep last
    Exception? closed;

    sealed record Outside(WriteOperation Operation, TaskCompletionSource Admitted);

    /// <summary>Ends when the operation is in the queue.</summary>
    public ValueTask PostAsync(WriteOperation operation)
    {
        lock (sync)
        {
            if (closed is not null) return ValueTask.FromException(closed);
            if (entries.Count < limit && outside.Count == 0)
            {
                Admit(operation);
                return default;
            }
            var waiting = new Outside(operation, new(TaskCreationOptions.RunContinuationsAsynchronously));
            outside.Enqueue(waiting);
            return new(waiting.Admitted.Task);
        }
    }

    /// <summary>
    /// Blocks the thread, on its own bell, until it has taken something; or nothing: for so long nobody has needed it beside others. False: the queue is closed and empty.
    /// Without patience it has nothing to give up, and is woken after those that have.
    /// </summary>
    public bool Take(List<WriteOperation> batch, int maxOperations, int maxRows, SemaphoreSlim bell, TimeSpan? patience)
    {
        while (true)
        {
            lock (sync)
            {
                if (entries.Count > 0)
                {
                    TakeSome(batch, maxOperations, maxRows);
                    return true;
                }
                if (closed is not null) return false;
                asleep.Insert(patience is null ? 0 : asleep.Count, bell);
            }
            while (!bell.Wait(patience ?? Timeout.InfiniteTimeSpan))
            {
                lock (sync)
                {
                    if (asleep.Count > 0 && asleep[^1] != bell && asleep.Remove(bell)) return true;
                }
            }
        }
    }

    /// <summary>Nothing is accepted from now on; what is in the queue is carried out, who waits outside is sent away.</summary>
    public void Close(Exception reason)
    {
        List<Outside> sentAway;
        lock (sync)
        {
            if (closed is not null) return;
            closed = reason;
            sentAway = [.. outside];
            outside.Clear();
            Wake(asleep.Count);
        }
        sentAway.ForEach(waiting => waiting.Admitted.TrySetException(reason));
    }

    void TakeSome(List<WriteOperation> batch, int maxOperations, int maxRows)
    {
        var rows = 0;
        while (entries.TryPeek(out var next) && batch.Count < maxOperations && rows < maxRows && !(next.RunsAlone && batch.Count > 0))
        {
            batch.Add(entries.Dequeue());
            rows += next.Rows;
            if (next.RunsAlone) break;
        }
        while (entries.Count < limit && outside.TryDequeue(out var first))
        {
            Admit(first.Operation);
            first.Admitted.TrySetResult();
        }
        if (entries.Count > 0) Wake(1); // another thread may take what is left
    }

    void Admit(WriteOperation operation)
    {
        entries.Enqueue(operation);
        Wake(1);
    }

    void Wake(int threads)
    {
        for (; threads > 0 && asleep.Count > 0; threads--)
        {
            var bell = asleep[^1];
            asleep.RemoveAt(asleep.Count - 1);
            bell.Release();
        }
    }
}
