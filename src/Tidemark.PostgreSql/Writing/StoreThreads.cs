using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Threads with a connection each that carry out what has come, blocking on it: whatever waits shares one commit, so a busy store commits large
/// and an idle one at once, without any delay added. Statements stay prepared with their connection.
/// </summary>
internal sealed class StoreThreads : IAsyncDisposable
{
    const long Rest = 1_000; // milliseconds
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(1); // for what ends a transaction of its own accord
    static readonly Sql EndStandstillSql = Sql.Load("Connections/EndStandstill");

    readonly Database database;
    readonly WriterQueue queue;
    readonly int maxOperations;
    readonly Task[] ended;

    /// <param name="database">Where to.</param>
    /// <param name="name">Of the threads.</param>
    /// <param name="count">As many threads, and connections once they are needed.</param>
    /// <param name="maxOperations">In one commit.</param>
    public StoreThreads(Database database, string name, int count, int maxOperations)
    {
        this.database = database;
        this.maxOperations = maxOperations;
        queue = new(database.Options.QueueLimit);
        ended = [.. Enumerable.Range(0, count).Select(number => Start($"{name}-{number}"))];
    }

    /// <summary>Queues the operation, waiting for room if there is none, and answers after its commit.</summary>
    public ValueTask<T> RunAsync<T>(WriteOperation<T> operation)
    {
        var posted = queue.PostAsync(operation);
        return posted.IsCompletedSuccessfully ? operation.Completion : RunOutsideAsync(posted, operation);
    }

    /// <summary>Carries out what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Close(new StoreException($"The store of {database.Place} has been closed. Stop what uses it before the store is disposed."));
        await Task.WhenAll(ended);
        queue.Dispose();
    }

    static async ValueTask<T> RunOutsideAsync<T>(ValueTask posted, WriteOperation<T> operation)
    {
        await posted;
        return await operation.Completion;
    }

    Task Start(string name)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Live();
            done.SetResult();
        }) { Name = name, IsBackground = true }.Start();
        return done.Task;
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

    void Live()
    {
        var taken = new List<WriteOperation>();
        NpgsqlConnection? connection = null;
        StatementCache? statements = null;
        for (var rested = Environment.TickCount64; queue.Take(taken, maxOperations, database.Options.MaxRowsPerCommit); rested = Environment.TickCount64)
        {
            if (connection is not null && Environment.TickCount64 - rested > Rest && !IsAlive()) Close();
            while (taken.Count > 0)
            {
                try
                {
                    if (statements is null) Open();
                    RefuseFormer(taken);
                    if (!new WriteBatch(database, statements!, taken).Run()) Close();
                }
                catch (Exception error)
                {
                    // No connection could be had. The thread must live on: without it every call of this process would hang.
                    taken.ForEach(operation => operation.Fail(Faults.ToStoreException(error, database.Place, atCommit: false)));
                    taken.Clear();
                    Close();
                }
            }
        }
        Close();

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
            catch (Exception)
            {
                return false; // whatever it is: another connection is opened, and says what is the matter if anything is
            }
        }

        void Close()
        {
            try
            {
                statements?.Dispose();
                connection?.Dispose();
            }
            catch (Exception)
            {
                // Mostly the server has ended it already, and what closes it says so. There is nobody to be told, and this thread must live on.
            }
            (statements, connection) = (null, null);
        }
    }
}
