using System.Data.Common;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;

namespace Tidemark.PostgreSql.Storage;

/// <summary>The store's open transaction, lent to user code on the store's thread. It holds the job's row meanwhile, hence the limit.</summary>
internal sealed class EffectScope(WriteTransaction transaction, TimeSpan limit) : IEffectScope, IDisposable
{
    const string Savepoint = "effects";

    const string BeforeCheck = "checked"; // the statement that goes back to it names it

    static readonly Sql CheckSql = Sql.Load("Storage/CheckConstraints");
    static readonly Sql PutOffAgainSql = Sql.Load("Storage/PutOffAgain");

    readonly CancellationTokenSource timer = new(limit);

    public DbTransaction Transaction => transaction.DbTransaction;

    public CancellationToken TimeLimit => timer.Token;

    public void Save() => transaction.DbTransaction.Save(Savepoint);

    public void RollBackToSave() => transaction.DbTransaction.Rollback(Savepoint);

    /// <summary>Nothing: it goes with the transaction, and the next one of its name hides it. To say so would be a round trip for each list of effects.</summary>
    public void ReleaseSave()
    {
    }

    /// <summary>
    /// Looked at inside a savepoint and gone back: a constraint that was told to be checked at once would stay so for the next half, whose rows may lean on
    /// one that comes after them, and no statement says "as it was declared".
    /// </summary>
    public void CheckDeferred()
    {
        transaction.DbTransaction.Save(BeforeCheck);
        using var trip = new RoundTrip(transaction.Statements);
        trip.Add(CheckSql);
        trip.Add(PutOffAgainSql);
        trip.Run();
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

    public void Dispose() => timer.Dispose();

    static async Task<bool> Done(ValueTask running)
    {
        await running;
        return true;
    }
}
