using System.Data.Common;
using Tidemark.Running;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Storage;

/// <summary>The writer's open transaction, lent to user code on the writer thread: every other write of this process waits for it, hence the limit.</summary>
internal sealed class EffectScope(WriteTransaction transaction, TimeSpan limit) : IEffectScope, IDisposable
{
    const string SaveSql = "SAVEPOINT effects";
    const string BackSql = "ROLLBACK TO effects";
    const string ReleaseSql = "RELEASE effects";
    const double ShareUntilTold = 0.9; // of the limit. Who listens can then end by himself: being cut off costs all others of the commit their work

    readonly CancellationTokenSource timer = new(limit * ShareUntilTold);

    public DbTransaction Transaction => transaction.DbTransaction ?? throw new InvalidOperationException("This operation was not given user code's transaction.");

    public CancellationToken TimeLimit => timer.Token;

    public void Save() => Steer(SaveSql);

    /// <summary>For who tries a list in halves. Once the time is over their errors say nothing about an item, and all of them would be set aside.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public void RollBackToSave()
    {
        Undo();
        if (timer.IsCancellationRequested) throw OutOfTime(null);
    }

    public void Undo()
    {
        if (!transaction.IsClosed) transaction.ResetStatements();
        Steer(BackSql);
    }

    public void ReleaseSave() => Steer(ReleaseSql);

    /// <summary>As the other, for user code that answers nothing.</summary>
    public void Run(Func<ValueTask> effects) => Run(() => new ValueTask<bool>(Done(effects())));

    /// <summary>Runs user code. Against SQLite it completes at once; if it awaits something else, it has until the limit.</summary>
    /// <exception cref="SpoiledConnection">It has closed the connection, or is at it still.</exception>
    public T Run<T>(Func<ValueTask<T>> effects)
    {
        T made;
        try
        {
            made = Wait(effects());
        }
        catch (Exception error) when (error is not SpoiledConnection && transaction.IsClosed)
        {
            throw new SpoiledConnection(Closed(error));
        }
        catch (OperationCanceledException error) when (timer.IsCancellationRequested)
        {
            throw OutOfTime(error);
        }
        return transaction.IsClosed ? throw new SpoiledConnection(Closed(null)) : made;
    }

    public void Dispose() => timer.Dispose();

    T Wait<T>(ValueTask<T> running)
    {
        if (running.IsCompleted) return running.GetAwaiter().GetResult();
        var task = running.AsTask();
        try
        {
            if (task.Wait(limit)) return task.GetAwaiter().GetResult();
        }
        catch (AggregateException many)
        {
            throw many.InnerException ?? many;
        }
        throw new SpoiledConnection(OutOfTime(null), task);
    }

    void Steer(string sql)
    {
        if (transaction.IsClosed) throw Closed(null);
        transaction.Run(sql);
    }

    TimeoutException OutOfTime(Exception? error) =>
        new($"The effects took longer than {limit.TotalSeconds:0.###} s. They hold the store's only writer: let them do nothing but writes, or raise UserTransactionTimeLimit.", error);

    static InvalidOperationException Closed(Exception? error) =>
        new("The effects have closed the connection of the transaction that they were given, which rolls it back. Write with transaction.Connection, and leave it open.", error);

    static async Task<bool> Done(ValueTask running)
    {
        await running;
        return true;
    }
}
