using System.Data.Common;
using Tidemark.Running;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Storage;

/// <summary>The writer's open transaction, lent to user code on the writer thread: every other write of this process waits for it, hence the limit.</summary>
internal sealed class EffectScope(WriteTransaction transaction, TimeSpan limit) : IEffectScope, IDisposable
{
    const string SaveSql = "SAVEPOINT effects";
    const string BackSql = "ROLLBACK TO effects";
    const string ReleaseSql = "RELEASE effects";

    readonly CancellationTokenSource timer = new(limit);

    public DbTransaction Transaction => transaction.DbTransaction ?? throw new InvalidOperationException("This operation was not given user code's transaction.");

    public CancellationToken TimeLimit => timer.Token;

    public void Save() => transaction.Run(SaveSql);

    public void RollBackToSave()
    {
        transaction.ResetStatements();
        transaction.Run(BackSql);
    }

    public void ReleaseSave() => transaction.Run(ReleaseSql);

    /// <summary>Waits for user code. Against SQLite it completes at once; if it awaits something else, it has until the limit.</summary>
    public void Wait(ValueTask running) => Wait(new ValueTask<bool>(Done(running)));

    public T Wait<T>(ValueTask<T> running)
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
        throw new TimeoutException($"The effects took longer than {limit.TotalSeconds:0.###} s. They hold the store's only writer: let them do nothing but writes, or raise UserTransactionTimeLimit.");
    }

    public void Dispose() => timer.Dispose();

    static async Task<bool> Done(ValueTask running)
    {
        await running;
        return true;
    }
}
