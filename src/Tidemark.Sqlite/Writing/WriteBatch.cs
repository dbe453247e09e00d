using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tidemark.Seams;
using Tidemark.Sqlite.Files;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Writing;

/// <summary>Many operations, one transaction. One that fails is undone alone; if the file or the commit fails, all of them fail.</summary>
internal sealed class WriteBatch(SqliteFile file, WriteTransaction transaction, GatedTransactions gated)
{
    private readonly sqlite3 _database = transaction.Database;
    private readonly List<(WriteOperation Operation, Exception? Error)> _done = [];
    private SqliteTransaction? _ado;
    private GatedTransaction? _lent;   // the same, as user code writes in it

    /// <summary>Whether the last commit changed any row: a claim that finds nothing does not.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>
    /// With the gate held. Null: committed; otherwise nothing is. <see cref="Tell"/> must follow. <paramref name="takeLate"/> adds what has come
    /// while the others were written (a claim beside a settlement, mostly: they would alternate, a commit each, for ever); its argument says
    /// whether user code's transaction is there for them.
    /// </summary>
    /// <exception cref="SpoiledConnection">Nothing is written, nobody is told; the same operations are to be committed on another connection.</exception>
    public SqliteError? Commit(List<WriteOperation> operations, DateTimeOffset now, long bootNow, long gateWait, Action<bool> takeLate)
    {
        transaction.Began(now, bootNow, gateWait);
        var changesBefore = raw.sqlite3_total_changes(_database);
        var failure = Try(operations, everyoneApart: false, takeLate, out var again);

        // One that said it could not fail half-way has done so. Nothing is lost: the others run again, each under its own savepoint.
        if (again) failure = Try(operations, everyoneApart: true, takeLate: null, out _);
        HasChanged = raw.sqlite3_total_changes(_database) != changesBefore;
        if (failure is null) return null;
        _done.Clear();
        var error = failure.ToStoreException(file.Path);
        foreach (var operation in operations) _done.Add((operation, error));
        return failure;
    }

    /// <summary>Tells each operation how it ended. Their continuations run elsewhere.</summary>
    public void Tell()
    {
        foreach (ref var entry in CollectionsMarshal.AsSpan(_done))
        {
            if (entry.Error is null) entry.Operation.Complete();
            else entry.Operation.Fail(entry.Error);
        }

        _done.Clear();
    }

    private SqliteError? Try(List<WriteOperation> operations, bool everyoneApart, Action<bool>? takeLate, out bool again)
    {
        again = false;
        _done.Clear();
        try
        {
            Begin(operations);
            for (var at = 0; at < operations.Count || LateCame(operations, at, ref takeLate); at++)
            {
                var operation = operations[at];
                var error = Execute(operation, apart: everyoneApart || operation.CanFailHalfWay, out again);
                if (again)
                {
                    RollBack();
                    return null;
                }

                _done.Add((operation, error));
            }

            InPlace.Check(_database, file);
            FaultPoints.Hit(FaultPoints.CommitInside);
            Commit();
            FaultPoints.Hit(FaultPoints.CommitDone);
            return null;
        }
        catch (SqliteError failure)
        {
            RollBack();
            return failure;
        }
        catch (SpoiledConnection spoiled)
        {
            LeaveAdo(spoiled.Reason);
            throw;
        }
        catch
        {
            RollBack();   // memory has run out in our own code, say: the next batch must not find this one's transaction open
            throw;
        }
    }

    /// <summary>Looks once: the first of a commit must not wait for ever more.</summary>
    private bool LateCame(List<WriteOperation> operations, int count, ref Action<bool>? takeLate)
    {
        takeLate?.Invoke(_ado is not null);
        takeLate = null;
        return operations.Count > count;
    }

    /// <summary>The operation's own error, or null. Throws what concerns the whole batch.</summary>
    private Exception? Execute(WriteOperation operation, bool apart, out bool again)
    {
        again = false;
        if (apart) Savepoint.Set(transaction);
        var changesBefore = raw.sqlite3_total_changes(_database);
        try
        {
            operation.Execute(transaction);
            if (raw.sqlite3_get_autocommit(_database) != 0)
                throw new SqliteError(raw.SQLITE_ERROR, "an operation ended the transaction that it was lent");
            if (apart) Savepoint.Release(transaction);
            return null;
        }
        catch (Exception error) when (error is not (SqliteError { IsSystemic: true } or SpoiledConnection) && raw.sqlite3_get_autocommit(_database) == 0)
        {
            transaction.ResetStatements();
            if (apart) Savepoint.Undo(transaction);
            else again = raw.sqlite3_total_changes(_database) != changesBefore;
            return error is SqliteError own ? own.ToStoreException(file.Path) : error;
        }
    }

    private void Begin(List<WriteOperation> operations)
    {
        if (!operations.Exists(operation => operation.NeedsDbTransaction))
        {
            transaction.Run("BEGIN IMMEDIATE");
            return;
        }

        try
        {
            _ado = transaction.Connection.BeginTransaction(deferred: false);
        }
        catch (SqliteException error)
        {
            throw new SqliteError(error.SqliteExtendedErrorCode, error.Message);
        }

        transaction.DbTransaction = _ado;
        _lent = new GatedTransaction(transaction);
        gated.Add(_ado, _lent);
    }

    private void Commit()
    {
        if (_ado is null)
        {
            transaction.Run("COMMIT");
            return;
        }

        try
        {
            _ado.Commit();
            ForgetAdo();
        }
        catch (SqliteException error)
        {
            throw new SqliteError(error.SqliteExtendedErrorCode, error.Message);
        }
    }

    private void RollBack()
    {
        transaction.ResetStatements();

        // SQLite has rolled back by itself after the gravest errors; then there is nothing left to do.
        if (raw.sqlite3_get_autocommit(_database) == 0) raw.sqlite3_exec(_database, "ROLLBACK");
        ForgetAdo();
    }

    private void ForgetAdo()
    {
        if (_ado is null) return;
        gated.Remove(_ado);
        transaction.DbTransaction = null;
        _ado.Dispose();
        (_ado, _lent) = (null, null);
    }

    /// <summary>Nothing of it is touched, no statement either: user code may be at it still.</summary>
    private void LeaveAdo(Exception reason)
    {
        if (_lent is not null) _lent.Ended = new StoreException(reason.Message, inner: reason);
        if (_ado is not null) gated.Remove(_ado);
        (_ado, _lent) = (null, null);
    }
}
