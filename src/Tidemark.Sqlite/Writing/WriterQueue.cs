using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// What waits for the writer thread. Bounded: who comes when it is full waits outside, in order, and is let in by the writer as it takes
/// operations out, so nobody ever blocks a thread and the writer never waits for a poster.
/// </summary>
/// <remarks>A group is never split: its operations share one commit.</remarks>
internal sealed class WriterQueue(int limit) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<Entry> _entries = new();
    private readonly LinkedList<Outside> _outside = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private bool _writerSleeps;
    private Exception? _closed;

    private readonly record struct Entry(WriteOperation Operation, bool EndsGroup);

    private sealed class Outside(WriteOperation[] group)
    {
        public WriteOperation[] Group => group;
        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>False if there is no room or somebody waits outside.</summary>
    public bool TryPost(ReadOnlySpan<WriteOperation> group)
    {
        lock (_lock)
        {
            if (_closed is not null) throw _closed;
            if (_entries.Count >= limit || _outside.Count > 0) return false;
            Admit(group);
            return true;
        }
    }

    /// <summary>Ends when the group is in the queue. The token ends the waiting outside only: what has been let in is carried out.</summary>
    public ValueTask PostAsync(ReadOnlySpan<WriteOperation> group, CancellationToken cancellationToken)
    {
        LinkedListNode<Outside> node;
        lock (_lock)
        {
            if (_closed is not null) throw _closed;
            if (_entries.Count < limit && _outside.Count == 0)
            {
                Admit(group);
                return ValueTask.CompletedTask;
            }

            node = _outside.AddLast(new Outside(group.ToArray()));
        }

        return WaitOutsideAsync(node, cancellationToken);
    }

    private async ValueTask WaitOutsideAsync(LinkedListNode<Outside> node, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(_ => GiveUp(node, cancellationToken), null);
        await node.Value.Admitted.Task;
    }

    private void GiveUp(LinkedListNode<Outside> node, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (node.List is null) return;
            _outside.Remove(node);
        }

        node.Value.Admitted.TrySetCanceled(cancellationToken);
    }

    private void Admit(ReadOnlySpan<WriteOperation> group)
    {
        var now = BootClock.Milliseconds;
        for (var i = 0; i < group.Length; i++)
        {
            group[i].QueuedAt = now;
            _entries.Enqueue(new Entry(group[i], i == group.Length - 1));
        }

        if (!_writerSleeps) return;
        _writerSleeps = false;
        _arrived.Release();
    }

    /// <summary>Blocks the writer until something is there or the time is over. False: nothing is there.</summary>
    public bool Wait(TimeSpan time)
    {
        lock (_lock)
        {
            if (_entries.Count > 0) return true;
            if (_closed is not null) return false;
            _writerSleeps = true;
        }

        _arrived.Wait(time);
        lock (_lock)
        {
            if (_writerSleeps)
            {
                _writerSleeps = false;   // the time was over
            }
            else
            {
                while (_arrived.CurrentCount > 0) _arrived.Wait(0);   // the signal came between the time-out and this lock
            }

            return _entries.Count > 0;
        }
    }

    /// <summary>Takes whole groups until one of the limits is reached; an operation that runs alone comes alone.</summary>
    public void Take(List<WriteOperation> batch, int maxOperations, int maxRows)
    {
        lock (_lock)
        {
            var rows = 0;
            while (_entries.TryPeek(out var entry))
            {
                if (entry.Operation.RunsAlone && batch.Count > 0) break;
                rows += TakeGroup(batch);
                if (entry.Operation.RunsAlone || batch.Count >= maxOperations || rows >= maxRows) break;
            }

            LetIn();
        }
    }

    /// <summary>Adds to a batch that is being written. What lends to user code can join only a transaction that was begun for it.</summary>
    public void TakeLate(List<WriteOperation> batch, int maxOperations, int maxRows, bool forUserCode)
    {
        lock (_lock)
        {
            var rows = 0;
            foreach (var operation in batch) rows += operation.Rows;
            while (batch.Count < maxOperations && rows < maxRows && _entries.TryPeek(out _) && NextCanJoin(forUserCode)) rows += TakeGroup(batch);
            LetIn();
        }
    }

    /// <summary>Takes what has waited for longer than the given milliseconds; 0: everything.</summary>
    public void TakeOlderThan(long milliseconds, List<WriteOperation> into)
    {
        lock (_lock)
        {
            var latest = BootClock.Milliseconds - milliseconds;
            while (_entries.TryPeek(out var entry) && (milliseconds == 0 || entry.Operation.QueuedAt < latest)) TakeGroup(into);
            LetIn();
        }
    }

    /// <summary>Nothing is accepted from now on; what is in the queue stays for the writer, who waits outside is sent away.</summary>
    public void Close(Exception reason)
    {
        Outside[] sentAway;
        lock (_lock)
        {
            if (_closed is not null) return;
            _closed = reason;
            sentAway = [.. _outside];
            _outside.Clear();
            _writerSleeps = false;
            _arrived.Release();
        }

        foreach (var outside in sentAway) outside.Admitted.TrySetException(reason);
    }

    public bool IsClosedAndEmpty
    {
        get
        {
            lock (_lock) return _closed is not null && _entries.Count == 0;
        }
    }

    public void Dispose() => _arrived.Dispose();

    private bool NextCanJoin(bool forUserCode)
    {
        foreach (var entry in _entries)
        {
            if (entry.Operation.RunsAlone || (entry.Operation.NeedsDbTransaction && !forUserCode)) return false;
            if (entry.EndsGroup) break;
        }

        return true;
    }

    private int TakeGroup(List<WriteOperation> batch)
    {
        var rows = 0;
        while (_entries.TryDequeue(out var entry))
        {
            batch.Add(entry.Operation);
            rows += entry.Operation.Rows;
            if (entry.EndsGroup) break;
        }

        return rows;
    }

    private void LetIn()
    {
        while (_entries.Count < limit && _outside.First is { } first)
        {
            _outside.RemoveFirst();
            Admit(first.Value.Group);
            first.Value.Admitted.TrySetResult();
        }
    }
}
