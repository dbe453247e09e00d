using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite;

/// <summary>
/// A transaction on Tidemark's database file that user code writes in: its own tables, and jobs enqueued with <see cref="Transaction"/>.
/// While it is open every other writer of the file waits, so keep it short; after
/// <see cref="TidemarkSqliteOptions.UserTransactionTimeLimit"/> it is rolled back.
/// </summary>
/// <remarks>
/// Not to be awaited inside: any other Tidemark call that writes without this transaction. It would wait for this very transaction.
/// Dispose it in every case; without a commit that rolls it back.
/// </remarks>
public sealed class TidemarkTransaction : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly SqliteFile _file;
    private readonly ManualResetEventSlim _asked = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Leash _leash;
    private Ending _ending = Ending.None;
    private StoreException? _failure;
    private bool _isDone;   // what was asked for: it is committed, or rolled back
    private volatile bool _abandoned;

    internal TidemarkTransaction(SqliteConnection connection, SqliteTransaction transaction, SqliteFile file)
    {
        Connection = connection;
        Transaction = transaction;
        _file = file;
        _leash = new Leash(connection.Handle!);
    }

    private enum Ending
    {
        None,
        Commit,
        RollBack,
        OutOfTime,
    }

    /// <summary>The connection to write on; closed when the transaction ends.</summary>
    public SqliteConnection Connection { get; }

    /// <summary>The transaction to give to commands, to an ORM, and to Tidemark's enqueue options.</summary>
    public SqliteTransaction Transaction { get; }

    /// <summary>True: its time was over, and the connection is left to the user's thread to close.</summary>
    internal bool IsAbandoned => _abandoned;

    internal GatedTransaction? Gated { get; set; }

    /// <summary>Commits. Ends when the commit is durable; it is carried out on the store's thread, which no cancellation reaches.</summary>
    /// <exception cref="StoreException">The time limit was over, the transaction has ended, or the disk refused: nothing was written, unless <see cref="StoreException.OutcomeUnknown"/> says that this is not known.</exception>
    public Task CommitAsync()
    {
        Ask(Ending.Commit, out var before);
        return before switch
        {
            Ending.None => _over.Task,
            Ending.OutOfTime => Task.FromException(OutOfTime()),
            _ => Task.FromException(new StoreException("This transaction has already ended. Begin another with TidemarkSqlite.BeginAsync().")),
        };
    }

    /// <summary>Rolls back, unless <see cref="CommitAsync"/> was called. Never throws because of the database.</summary>
    public async ValueTask DisposeAsync()
    {
        Ask(Ending.RollBack, out var before);
        if (before == Ending.OutOfTime)
        {
            await Connection.DisposeAsync();
            return;
        }

        // A commit's failure has been thrown to the one who asked for it.
        await _over.Task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>On the writer thread, with the gate held, until the user has ended it or the time is over.</summary>
    internal SqliteError? WaitForEnd()
    {
        var inTime = _asked.Wait(_file.Options.UserTransactionTimeLimit);
        Ending ending;
        lock (_lock)
        {
            if (!inTime && _ending == Ending.None) _ending = Ending.OutOfTime;
            ending = _ending;
        }

        if (ending == Ending.Commit) return Commit();
        _isDone = true;   // whatever comes of it, nothing is committed any more
        if (ending != Ending.OutOfTime) return UndoWrites();
        TakeAway();
        return null;
    }

    /// <summary>On the writer thread, at last: whoever waits for the end goes on. Only what is known to be done is told as done.</summary>
    internal void Tell()
    {
        if (_isDone) _over.TrySetResult();
        else if (_over.TrySetException(_failure ?? Unknown(null))) _ = _over.Task.Exception;   // seen: who has not asked for a commit is not told of it
    }

    private void Ask(Ending wanted, out Ending before)
    {
        lock (_lock)
        {
            before = _ending;
            if (before != Ending.None) return;
            _ending = wanted;
        }

        _asked.Set();
    }

    private SqliteError? Commit()
    {
        if (Connection.Handle is not { } database)
        {
            _failure = new("The connection of this transaction was closed before CommitAsync(). Closing it rolls back, so there was nothing left to commit. Leave it open: it is closed when the transaction ends.");
            return null;
        }

        try
        {
            InPlace.Check(database, _file);
            Transaction.Commit();
            _isDone = true;
            return null;
        }
        catch (SqliteError moved)
        {
            UndoWrites();
            _failure = moved.ToStoreException(_file.Path);
            return moved;
        }
        catch (SqliteException error)
        {
            var failure = new SqliteError(error.SqliteExtendedErrorCode, error.Message);
            _failure = failure.ToStoreException(_file.Path);
            return failure;
        }
        catch (InvalidOperationException error) when (error is not ObjectDisposedException)
        {
            _failure = new("The transaction was ended through its own object. End it with TidemarkTransaction.CommitAsync() only, or dispose it.", inner: error);
            return null;
        }
        catch (Exception error)
        {
            _failure = Unknown(error);
            return null;
        }
    }

    private SqliteError? UndoWrites()
    {
        try
        {
            Transaction.Dispose();
            return null;
        }
        catch (SqliteException error)
        {
            return new SqliteError(error.SqliteExtendedErrorCode, error.Message);   // it is rolled back all the same
        }
    }

    private void TakeAway()
    {
        if (Gated is not null) Gated.Ended = OutOfTime();
        _abandoned = true;
        _leash.Cut();
    }

    private StoreException Unknown(Exception? error) => new(
        $"The commit of a transaction on '{_file.Path}' was broken off{(error is null ? "." : ": " + error.Message)} Whether it took place is not known: look for what it wrote before it is repeated.",
        outcomeUnknown: true, error);

    private StoreException OutOfTime() => new(
        $"The transaction held the gate of '{_file.Path}' for more than {_file.Options.UserTransactionTimeLimit.TotalSeconds:0.###} s and was rolled back. "
        + "Do slow work before BeginAsync(), check that no Tidemark call without this transaction is awaited inside, or raise UserTransactionTimeLimit.");
}
