namespace Tidemark.PostgreSql.Writing;

/// <summary>What waits for the store's threads. Bounded: who comes when it is full waits outside, in order, and blocks no thread.</summary>
internal sealed class WriterQueue(int limit) : IDisposable
{
    readonly Lock sync = new();
    readonly Queue<WriteOperation> entries = new();
    readonly Queue<Outside> outside = new();
    readonly SemaphoreSlim arrived = new(0);
    int asleep;
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

    /// <summary>Blocks the thread until it has taken something. False: the queue is closed and empty.</summary>
    public bool Take(List<WriteOperation> batch, int maxOperations, int maxRows)
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
                asleep++;
            }
            arrived.Wait();
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
            Wake(asleep);
        }
        sentAway.ForEach(waiting => waiting.Admitted.TrySetException(reason));
    }

    public void Dispose() => arrived.Dispose();

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
        threads = Math.Min(threads, asleep);
        if (threads == 0) return;
        asleep -= threads;
        arrived.Release(threads);
    }
}
