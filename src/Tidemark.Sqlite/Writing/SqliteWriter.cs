using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// The one thread of this process that writes to the file. It takes whatever has come meanwhile into one transaction (so a busy store
/// commits large and an idle one at once, without any delay added), and tells each operation of its end after the commit.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(1);
    private readonly SqliteFile _file;
    private readonly TimeProvider _time;
    private readonly WriterQueue _queue;
    private readonly SqliteConnection _connection;
    private readonly StatementCache _statements;
    private readonly WriteBatch _batch;
    private readonly Lender _lender;
    private readonly List<WriteOperation> _taken = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<bool> _takeLate;
    private readonly ITimer _watchdog;
    private bool _idleWorkDone;

    public SqliteWriter(SqliteFile file, TimeProvider time)
    {
        _file = file;
        _time = time;
        _queue = new WriterQueue(file.Options.WriterQueueLimit);
        Health = new WriterHealth(time);
        _connection = file.Connect(ConnectionRole.Writer);
        _statements = new StatementCache(_connection.Handle!);
        Wal = new WalKeeper(file, _connection.Handle!, time);
        Gated = new GatedTransactions();
        _batch = new WriteBatch(file, new WriteTransaction(_connection, _statements), Gated);
        _takeLate = forUserCode => _queue.TakeLate(_taken, file.Options.MaxOperationsPerCommit, file.Options.MaxRowsPerCommit, forUserCode);
        _lender = new Lender(file, time, Gated, Wal);
        _watchdog = time.CreateTimer(_ => FailWhatWaitsTooLong(), null, WatchEvery, WatchEvery);
        new Thread(Live) { Name = "tidemark-writer", IsBackground = true }.Start();
    }

    public WriterHealth Health { get; }
    public WalKeeper Wal { get; }

    /// <summary>Which transactions have passed the gate.</summary>
    public GatedTransactions Gated { get; }

    /// <summary>Commits so far, for measuring.</summary>
    public long Commits { get; private set; }

    /// <summary>Queues the operation, waiting for room if there is none, and answers after its commit. The token ends the waiting for room only.</summary>
    public ValueTask<T> RunAsync<T>(WriteOperation<T> operation, CancellationToken cancellationToken = default)
    {
        WriteOperation one = operation;
        return _queue.TryPost(new ReadOnlySpan<WriteOperation>(in one)) ? operation.Completion : RunOutsideAsync(operation, cancellationToken);
    }

    /// <summary>Queues operations that share one commit, in order, each isolated from the others. Await each one's own completion.</summary>
    public ValueTask PostAsync(ReadOnlySpan<WriteOperation> group, CancellationToken cancellationToken = default) =>
        _queue.PostAsync(group, cancellationToken);

    /// <summary>As <see cref="PostAsync"/>, at once; false: no room.</summary>
    public bool TryPost(ReadOnlySpan<WriteOperation> group) => _queue.TryPost(group);

    /// <summary>Carries out what is queued, then closes. No checkpoint.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close(new StoreException($"The store of '{_file.Path}' has been closed: nothing more can be written. Stop what writes before the store is disposed."));
        await _ended.Task;
        await _watchdog.DisposeAsync();
        _queue.Dispose();
    }

    private async ValueTask<T> RunOutsideAsync<T>(WriteOperation<T> operation, CancellationToken cancellationToken)
    {
        WriteOperation one = operation;
        await _queue.PostAsync(new ReadOnlySpan<WriteOperation>(in one), cancellationToken);
        return await operation.Completion;
    }

    private void Live()
    {
        try
        {
            while (!_queue.IsClosedAndEmpty)
            {
                try
                {
                    Turn();
                }
                catch (Exception error)
                {
                    Survive(error);
                }
            }
        }
        finally
        {
            _statements.Dispose();
            _connection.Dispose();
            _ended.SetResult();
        }
    }

    private void Turn()
    {
        var someCame = _queue.Wait(Health.UntilNextTry ?? _file.Options.WalIdleDelay);
        if (Health.UntilNextTry is { } pause && pause > TimeSpan.Zero)
        {
            if (someCame) Refuse();
            return;
        }

        if (!someCame && Health.Trouble is null)
        {
            if (!_idleWorkDone && !_queue.IsClosedAndEmpty) Wal.WhenIdle();
            _idleWorkDone = true;
            return;
        }

        _idleWorkDone = false;
        Write();
    }

    /// <summary>The gate is taken before the queue is emptied: what comes while it is waited for shares the commit.</summary>
    private void Write()
    {
        var waited = _file.Gate.Enter();
        var inside = true;
        try
        {
            if (Health.Trouble is not null) Wal.Reclaim();
            _queue.Take(_taken, _file.Options.MaxOperationsPerCommit, _file.Options.MaxRowsPerCommit);
            if (_taken is [LendOperation lend])
            {
                Judge(_lender.Lend(lend, waited));
                _file.Gate.Ring();
                _taken.Clear();
                return;
            }

            if (_taken.Count == 0) _taken.Add(new Probe());   // in trouble, or the watchdog has emptied the queue
            var failure = _batch.Commit(_taken, _time.GetUtcNow(), BootClock.Milliseconds, waited, _takeLate);
            Judge(failure);
            if (failure is null) Commits++;
            if (failure is null && _batch.HasChanged) _file.Gate.Ring();
            if (!Wal.IsDue(_connection.Handle!))
            {
                _file.Gate.Exit();
                inside = false;
            }

            _batch.Tell();
            if (inside) Wal.Checkpoint();
        }
        finally
        {
            if (inside) _file.Gate.Exit();
        }

        _taken.Clear();
    }

    /// <summary>The lock file itself failed, say. The thread must live on: without it every write of this process would hang.</summary>
    private void Survive(Exception error)
    {
        var message = $"Writing to '{_file.Path}' failed outside SQLite: {error.Message} It is tried again every second.";
        Health.Failed(SqliteFault.InputOutput, message);
        foreach (var operation in _taken) operation.Fail(new StoreException(message, outcomeUnknown: true, error));
        _taken.Clear();
    }

    private void Judge(SqliteError? failure)
    {
        if (failure is null) Health.Succeeded();
        else if (failure.IsSystemic) Health.Failed(failure.Fault, failure.ToStoreException(_file.Path).Message);
    }

    private void Refuse()
    {
        var trouble = Health.Trouble!;
        _queue.TakeOlderThan(0, _taken);
        foreach (var operation in _taken) operation.Fail(new StoreException(trouble.Message));
        _taken.Clear();
    }

    /// <summary>On a timer's thread: the writer itself is blocked in the kernel, and its callers must not hang with it.</summary>
    private void FailWhatWaitsTooLong()
    {
        var limit = (long)_file.Options.GateWaitLimit.TotalMilliseconds;
        if (_file.Gate.WaitingSince is not (> 0 and var since) || BootClock.Milliseconds - since < limit) return;
        var message = $"Another process has held the gate of '{_file.Path}' for {(BootClock.Milliseconds - since) / 1000} s (GateWaitLimit is {limit / 1000.0:0.###} s). "
            + "Look for a stopped process, or a user transaction that does not end: writing goes on by itself once it is gone.";
        Health.Failed(SqliteFault.GateHeld, message);
        var late = new List<WriteOperation>();
        _queue.TakeOlderThan(limit, late);
        foreach (var operation in late) operation.Fail(new StoreException(message));
    }
}
