using System.Data.Common;
using System.Runtime.CompilerServices;
using SQLitePCL;
using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>Which of the transactions that users hand in have passed the gate, and how to write in them.</summary>
internal sealed class GatedTransactions
{
    private readonly ConditionalWeakTable<DbTransaction, GatedTransaction> _known = [];

    public void Add(DbTransaction transaction, GatedTransaction gated) => _known.AddOrUpdate(transaction, gated);

    public void Remove(DbTransaction transaction) => _known.Remove(transaction);

    /// <summary>Throws, with the remedy, if the transaction did not pass this store's gate.</summary>
    public GatedTransaction Require(DbTransaction transaction) =>
        _known.TryGetValue(transaction, out var gated) ? gated : throw new StoreException(
            $"This {transaction.GetType().Name} has not passed the gate of Tidemark's database, or has ended. A writer beside the gate can lose commits of others (SQLite before 3.51.3). "
            + "Begin the transaction with TidemarkSqlite.BeginAsync() and give its Transaction; tables written otherwise belong in a file of their own.");

    /// <summary>As <see cref="Require"/>, for a transaction that a caller has given: another one is a fault of the call.</summary>
    public GatedTransaction Given(DbTransaction transaction)
    {
        try
        {
            return Require(transaction);
        }
        catch (StoreException stranger)
        {
            throw new ArgumentException(stranger.Message, nameof(transaction), stranger);
        }
    }
}

/// <summary>Writing inside a transaction that user code holds, on the thread that asks.</summary>
internal sealed class GatedTransaction(WriteTransaction transaction)
{
    private StoreException? _ended;

    /// <summary>Why nothing can be written any more; set by the writer thread when it has taken the transaction away.</summary>
    public StoreException? Ended
    {
        get => Volatile.Read(ref _ended);
        set => Volatile.Write(ref _ended, value);
    }

    /// <summary>Carries the operation out at once; it becomes durable with the user's commit. One that fails is undone alone.</summary>
    public T Run<T>(WriteOperation<T> operation)
    {
        if (transaction.IsClosed)
            throw Ended ?? new StoreException("The connection of this transaction has been closed, which rolled it back: nothing can be written in it any more. Leave the connection open; it is closed when the transaction ends.");
        try
        {
            Savepoint.Set(transaction);
            operation.Execute(transaction);
            Savepoint.Release(transaction);
        }
        catch (Exception error)
        {
            if (Ended is { } ended) throw ended;
            transaction.ResetStatements();
            if (raw.sqlite3_get_autocommit(transaction.Database) == 0) Savepoint.Undo(transaction);
            if (error is SqliteError own) throw own.ToStoreException(transaction.Connection.DataSource);
            throw;
        }

        return operation.TakeAnswer();
    }
}
