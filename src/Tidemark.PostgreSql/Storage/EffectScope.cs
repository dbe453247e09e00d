using System.Data.Common;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;

namespace Tidemark.PostgreSql.Storage;

/// <summary>The store's open transaction, lent to user code on the store's thread. It holds the job's row meanwhile, hence the limit.</summary>
internal sealed class EffectScope(WriteTransaction transaction, TimeSpan limit) : IEffectScope, IDisposable
{
    const string Savepoint = "tidemark_effects"; // not what user code would call its own

    static readonly Sql[] CheckSql = Sql.LoadEach("Storage/CheckDeferred");

    readonly CancellationTokenSource timer = new(limit);
    volatile bool ended;

    public DbTransaction Transaction => transaction.DbTransaction;

    public CancellationToken TimeLimit => timer.Token;

    public void Save()
    {
        ObjectDisposedException.ThrowIf(ended, this);
        transaction.DbTransaction.Save(Savepoint);
    }

    public void RollBackToSave() => transaction.DbTransaction.Rollback(Savepoint);

    /// <summary>Nothing: it goes with the transaction, and the next one of its name hides it. To say so would be a round trip for each list of effects.</summary>
    public void ReleaseSave()
    {
    }

    public void CheckDeferred()
    {
        ObjectDisposedException.ThrowIf(ended, this); // of user code that has overrun its time: the connection is somebody else's by now
        try
        {
            using var trip = new RoundTrip(transaction.Statements);
            foreach (var sql in CheckSql) trip.Add(sql);
            trip.Run();
        }
        catch (PostgresException refusal) when (!Faults.IsTransient(refusal) && !Faults.IsTheServers(refusal))
        {
            throw new CommitRefusal(refusal);
        }
    }

    /// <summary>Waits for user code, at most until the limit.</summary>
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
        throw new TimeoutException($"The effects took longer than {limit.TotalSeconds:0.###} s. They hold a transaction of the store: let them do nothing but writes, or raise UserTransactionTimeLimit.");
    }

    public void Dispose()
    {
        ended = true;
        timer.Dispose();
    }

    static async Task<bool> Done(ValueTask running)
    {
        await running;
        return true;
    }
}
