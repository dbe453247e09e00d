using System.Diagnostics;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>A connection with its prepared statements, and what carries operations out on it. One thread at a time: whoever holds <see cref="Gate"/>.</summary>
internal sealed class StoreSession(Database database) : IDisposable
{
    const long Rest = 1_000; // milliseconds
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(1); // for what ends a transaction of its own accord
    static readonly Sql EndStandstillSql = Sql.Load("Connections/EndStandstill");

    NpgsqlConnection? connection;
    StatementCache? statements;
    long rested = Environment.TickCount64;

    public Lock Gate { get; } = new();

    /// <summary>How long the last operations took, from the first statement to the commit; null: it is not open.</summary>
    public TimeSpan? LastTook { get; private set; }

    /// <summary>Carries out and tells, and empties the list. Does not throw: an error is told to those whom it concerns.</summary>
    public void Run(List<WriteOperation> taken)
    {
        if (connection is not null && Environment.TickCount64 - rested > Rest && !IsAlive()) Dispose();
        while (taken.Count > 0)
        {
            try
            {
                if (statements is null) Open();
                RefuseFormer(taken);
                var started = Stopwatch.GetTimestamp();
                if (new WriteBatch(database, statements!, taken).Run()) LastTook = Stopwatch.GetElapsedTime(started);
                else Dispose();
            }
            catch (Exception error)
            {
                // No connection could be had. The thread must live on: without it every call of this process would hang.
                taken.ForEach(operation => operation.Fail(Faults.ToStoreException(error, database.Place, atCommit: false)));
                taken.Clear();
                Dispose();
            }
        }
        rested = Environment.TickCount64;
    }

    public void Dispose()
    {
        statements?.Dispose();
        connection?.Dispose();
        (statements, connection, LastTook) = (null, null, null);
    }

    // A process that stands still in the middle of a transaction, or a machine that is gone without a farewell, would hold its locks against all
    // others for as long as the connection seems to live, which may be hours: the server ends such a session.
    void Open()
    {
        connection ??= database.Open();
        var made = new StatementCache(connection, database, database.Options.PrepareStatements);
        if (database.NeedsStandby)
        {
            connection.Notice += (_, told) =>
            {
                if (told.Notice.Routine == Unreplicated.Routine) made.WaitWasCancelled = true;
            };
        }
        made.Get(EndStandstillSql).Bind(1, (long)(database.Options.UserTransactionTimeLimit + Grace).TotalMilliseconds).Bind(2, connection.ProcessID).Any();
        statements = made;
    }

    // One that was closed while it lay idle, or leads elsewhere by now, is found out before anything is entrusted to it: after that, nobody could say what became of it.
    bool IsAlive()
    {
        try
        {
            database.History.Look(statements!);
            return true;
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            return false;
        }
    }

    // What a worker asked for before the store went back in time rests on what is no more; nothing of it has been written.
    void RefuseFormer(List<WriteOperation> taken)
    {
        var era = database.History.Era;
        foreach (var former in taken.FindAll(operation => operation.Era is { } of && of != era))
        {
            taken.Remove(former);
            former.Fail(new StoreException(database.History.Why));
        }
    }
}
