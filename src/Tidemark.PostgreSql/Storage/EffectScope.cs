using System.Data.Common;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Writing;
using Tidemark.Running;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Storage;

/// <summary>The store's open transaction, lent to user code on the store's thread. It holds the job's row meanwhile, hence the limit.</summary>
internal sealed class EffectScope(WriteTransaction transaction, TimeSpan limit) : IEffectScope, IDisposable
{
    const string Savepoint = "tidemark_effects"; // not what user code would call its own
    const double ShareUntilTold = 0.9; // of the limit. Who listens can then end by himself: being cut off costs the connection

    static readonly Sql AnswerSql = Sql.Load("Connections/Answer");
    static readonly Sql[] CheckSql = Sql.LoadEach("Storage/CheckDeferred");

    readonly CancellationTokenSource timer = new(limit * ShareUntilTold);
    volatile bool ended;

    public DbTransaction Transaction => transaction.DbTransaction;

    public CancellationToken TimeLimit => timer.Token;

    public void Save()
    {
        ObjectDisposedException.ThrowIf(ended, this);
        transaction.DbTransaction.Save(Savepoint);
    }

    /// <summary>For who tries a list in halves. Once the time is over their errors say nothing about an item, and all of them would be set aside.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    public void RollBackToSave()
    {
        Undo();
        if (timer.IsCancellationRequested) throw OutOfTime(null);
    }

    public void Undo()
    {
        ObjectDisposedException.ThrowIf(ended, this); // of user code that has overrun its time: the connection is somebody else's by now
        transaction.DbTransaction.Rollback(Savepoint);
    }

    /// <summary>Nothing: it goes with the transaction, and the next one of its name hides it. To say so would be a round trip for each list of effects.</summary>
    public void ReleaseSave()
    {
    }

    public void CheckStanding() => Check([AnswerSql]);

    public void CheckDeferred() => Check(CheckSql);

    /// <summary>Runs user code; what it awaits has until the limit.</summary>
    /// <exception cref="SpoiledConnection">It has closed the connection, or given it what the driver could not send, or is at it still.</exception>
    public void Run(Func<ValueTask> effects) => Run(() => new ValueTask<bool>(Done(effects())), findsBadValues: false);

    /// <summary>As the other, of a list that finds the item with such a value itself.</summary>
    /// <exception cref="SpoiledConnection">User code has closed the connection, or is at it still.</exception>
    public T Run<T>(Func<ValueTask<T>> effects) => Run(effects, findsBadValues: true);

    public void Dispose()
    {
        ended = true;
        timer.Dispose();
    }

    T Run<T>(Func<ValueTask<T>> effects, bool findsBadValues)
    {
        T made;
        try
        {
            made = Wait(effects());
        }
        catch (Exception error) when (error is not SpoiledConnection && SpoiledBy(error, findsBadValues) is { } reason)
        {
            throw new SpoiledConnection(reason);
        }
        catch (OperationCanceledException error) when (timer.IsCancellationRequested)
        {
            throw transaction.Ending == ConnectionEnding.None ? OutOfTime(error) : new SpoiledConnection(OutOfTime(error));
        }
        return SpoiledBy(null, findsBadValues) is { } spoiled ? throw new SpoiledConnection(spoiled) : made;
    }

    void Check(Sql[] statements)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        try
        {
            using var trip = new RoundTrip(transaction.Statements);
            foreach (var sql in statements) trip.Add(sql);
            trip.Run();
        }
        catch (PostgresException aborted) when (aborted.SqlState == PostgresErrorCodes.InFailedSqlTransaction)
        {
            throw new CommitRefusal(new TidemarkException("The effects have caught an error of the server and gone on: by then it had given the transaction up, and nothing of it counts. Let the error through, or avoid it, with ON CONFLICT for instance.", aborted));
        }
        catch (PostgresException refusal) when (!Faults.IsTransient(refusal) && !Faults.IsTheServers(refusal))
        {
            throw new CommitRefusal(refusal);
        }
    }

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
        ended = true;
        transaction.TakeAway();
        _ = task.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default); // whoever waited for it has been told that it took too long
        throw new SpoiledConnection(OutOfTime(null), task);
    }

    // One that was lost on the way is nobody's fault: the store says what is the matter with it.
    Exception? SpoiledBy(Exception? error, bool findsBadValues) => transaction.Ending switch
    {
        ConnectionEnding.None => null,
        ConnectionEnding.Closed => Closed(error),
        _ when error is null => new InvalidOperationException("The effects have caught an error that cost them the connection, and gone on: what they had written is rolled back. Let the error through."),
        _ => !findsBadValues && RefusedValue.Is(error) ? error : null,
    };

    TimeoutException OutOfTime(Exception? error) =>
        new($"The effects took longer than {limit.TotalSeconds:0.###} s. They hold a transaction of the store: let them do nothing but writes, or raise UserTransactionTimeLimit.", error);

    static InvalidOperationException Closed(Exception? error) =>
        new("The effects have closed the connection of the transaction that they were given, which rolls it back. Write with transaction.Connection, and leave it open.", error);

    static async Task<bool> Done(ValueTask running)
    {
        await running;
        return true;
    }
}
