using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Native;
using Tidemark.Storage;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Writing;

/// <summary>
/// The one thread of this process that writes to the file. It takes whatever has come meanwhile into one transaction (so a busy store
/// commits large and an idle one at once, without any delay added), and tells each operation of its end after the commit.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteFile _file;
    private readonly TimeProvider _time;
    private readonly WriterQueue _queue;
    private readonly Lender _lender;
    private readonly List<WriteOperation> _taken = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<bool> _takeLate;
    private readonly GateWatch _watch;
    private WriterConnection _connection;
    private WriteBatch _batch;
    private bool _idleWorkDone;

    public SqliteWriter(SqliteFile file, TimeProvider time)
    {
        _file = file;
        _time = time;
        _queue = new WriterQueue(file.Options.WriterQueueLimit);
        Health = new WriterHealth(time);
        _connection = new WriterConnection(file);
        Wal = new WalKeeper(file, _connection.Transaction.Database, time);
        Gated = new GatedTransactions();
        _batch = new WriteBatch(file, _connection.Transaction, Gated);
        _takeLate = forUserCode => _queue.TakeLate(_taken, file.Options.MaxOperationsPerCommit, file.Options.MaxRowsPerCommit, forUserCode);
        _lender = new Lender(file, time, Gated, Wal);
        _watch = new GateWatch(file, _queue, Health, time, leave: () => _ended.TrySetResult());
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

    /// <summary>
    /// Carries out what is queued, then closes. No checkpoint. A thread that waits at the gate behind a stopped process is left there, once its
    /// callers have been told: it ends by itself when it comes in.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close(new StoreException($"The store of '{_file.Path}' has been closed: nothing more can be written. Stop what writes before the store is disposed."));
        await _ended.Task;
        await _watch.DisposeAsync();
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
                catch (Exception) when (_watch.IsLeftBehind)
                {
                    // Nobody is left to be told.
                }
                catch (Exception error)
                {
                    Survive(error);
                }
            }
        }
        finally
        {
            _connection.Dispose();
            _ended.TrySetResult();
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
            if (_watch.IsLeftBehind) return;
            if (!_connection.IsUsable) Reconnect();
            if (Health.Trouble is not null) Wal.Reclaim();
            _queue.Take(_taken, _file.Options.MaxOperationsPerCommit, _file.Options.MaxRowsPerCommit);
            if (_taken is [LendOperation lend])
            {
                Judge(_lender.Lend(lend, waited));
                _file.Gate.Ring();
                _taken.Clear();
                return;
            }

            if (_taken.Count == 0) _taken.Add(new Probe());   // in trouble, or the watch has emptied the queue
            var failure = Commit(waited);
            Judge(failure);
            if (failure is null) Commits++;
            if (failure is null && _batch.HasChanged) _file.Gate.Ring();
            if (!Wal.IsDue(_connection.Transaction.Database))
            {
                _file.Gate.Exit();
                inside = false;
            }

            _batch.Tell();
            _taken.Clear();   // at once: who has been told must not be told again by Survive
            if (inside) Wal.Checkpoint();
        }
        finally
        {
            if (inside) _file.Gate.Exit();
        }
    }

    /// <summary>On another connection, and on yet another, for as long as user code spoils them: each time there is one less who may.</summary>
    private SqliteError? Commit(long waited)
    {
        var (takeLate, since) = (_takeLate, BootClock.Milliseconds);
        while (true)
        {
            try
            {
                var now = BootClock.Milliseconds;
                return _batch.Commit(_taken, _time.GetUtcNow(), now, waited + now - since, takeLate);
            }
            catch (SpoiledConnection spoiled)
            {
                _connection.GiveUp(spoiled.Running);
                Reconnect();
                takeLate = static _ => { };   // who is there has waited long enough
            }
        }
    }

    private void Reconnect()
    {
        _connection.Dispose();   // unless it has been given up already
        _connection = new WriterConnection(_file);
        Wal.Database = _connection.Transaction.Database;
        _batch = new WriteBatch(_file, _connection.Transaction, Gated);
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
}
