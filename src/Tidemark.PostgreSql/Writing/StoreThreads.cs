using Tidemark.PostgreSql.Connections;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Threads with a connection each that carry out what has come, blocking on it: whatever waits shares one commit, so a busy store commits large
/// and an idle one at once, without any delay added. Statements stay prepared with their connection.
/// </summary>
/// <remarks>
/// Of a caller who comes alone the thread would only have to be woken, which takes about as long as the round trip: what is brief he carries out himself, on
/// a connection that lies idle, as long as the server is quick. So he is blocked no longer than he would have waited, and by turns not at all.
/// </remarks>
internal sealed class StoreThreads : IAsyncDisposable
{
    const int Turns = 64; // operations that callers have carried out themselves in a row: then their thread is given to others
    static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(2);

    readonly Database database;
    readonly WriterQueue queue;
    readonly int maxOperations;
    readonly StoreSession[] sessions;
    readonly Task[] ended;
    int callers; // who carries out something himself: one at most, for it may be a thread that others wait for
    int turns;

    /// <param name="database">Where to.</param>
    /// <param name="name">Of the threads.</param>
    /// <param name="count">As many threads, and connections once they are needed.</param>
    /// <param name="maxOperations">In one commit.</param>
    public StoreThreads(Database database, string name, int count, int maxOperations)
    {
        this.database = database;
        this.maxOperations = maxOperations;
        queue = new(database.Options.QueueLimit);
        sessions = [.. Enumerable.Range(0, count).Select(_ => new StoreSession(database))];
        ended = [.. sessions.Select((session, number) => Start($"{name}-{number}", session))];
    }

    /// <summary>Carries the operation out, or queues it, waiting for room if there is none; answers after its commit.</summary>
    public ValueTask<T> RunAsync<T>(WriteOperation<T> operation)
    {
        if (operation.IsBrief && TryRunHere(operation)) return operation.Completion;
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

    bool TryRunHere(WriteOperation operation)
    {
        if (!queue.IsOpenAndEmpty || Interlocked.Increment(ref turns) % Turns == 0) return false;
        if (Interlocked.CompareExchange(ref callers, 1, 0) != 0) return false;
        try
        {
            foreach (var session in sessions)
            {
                if (!session.Gate.TryEnter()) continue;
                try
                {
                    if (session.LastTook is not { } took || took > Quick) continue;
                    session.Run([operation]);
                    return true;
                }
                finally
                {
                    session.Gate.Exit();
                }
            }
            return false;
        }
        finally
        {
            Volatile.Write(ref callers, 0);
        }
    }

    static async ValueTask<T> RunOutsideAsync<T>(ValueTask posted, WriteOperation<T> operation)
    {
        await posted;
        return await operation.Completion;
    }

    Task Start(string name, StoreSession session)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Live(session);
            done.SetResult();
        }) { Name = name, IsBackground = true }.Start();
        return done.Task;
    }

    // The session first, then what waits for it: whatever has come while a caller held it goes with this commit.
    void Live(StoreSession session)
    {
        var taken = new List<WriteOperation>();
        while (queue.Wait())
        {
            lock (session.Gate)
            {
                queue.Take(taken, maxOperations, database.Options.MaxRowsPerCommit);
                session.Run(taken);
            }
        }
        lock (session.Gate) session.Dispose();
    }
}
