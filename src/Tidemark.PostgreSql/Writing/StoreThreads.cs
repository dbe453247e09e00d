using Tidemark.PostgreSql.Connections;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Threads with a connection each that carry out what has come, blocking on it: whatever waits shares one commit, so a busy store commits large
/// and an idle one at once, without any delay added. Statements stay prepared with their connection.
/// </summary>
internal sealed class StoreThreads : IAsyncDisposable
{
    static readonly TimeSpan? Idle = TimeSpan.FromMinutes(1); // of a connection beside another that is enough

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
            former.Fail(new StoreException(database.History.Why, outcomeUnknown: former.HasBegun));
        }
    }

    void Live()
    {
        var taken = new List<WriteOperation>();
        using var connection = new StoreConnection(database);
        using var bell = new SemaphoreSlim(0);
        while (queue.Take(taken, maxOperations, database.Options.MaxRowsPerCommit, bell, connection.IsOpen ? Idle : null))
        {
            if (taken.Count == 0) connection.Close();
            var writes = !taken.TrueForAll(operation => operation.OnlyReads);
            if (writes) database.Rest.Disturb();
            if (writes || database.Doubts.Any) connection.CheckAfterRest();
            var wasLookedAt = !connection.HasRested;
            while (taken.Count > 0)
            {
                try
                {
                    var hasRested = connection.HasRested;
                    var statements = connection.Open();
                    RefuseFormer(taken);
                    if (!new WriteBatch(database, statements, taken, hasRested).Run()) connection.Close();
                }
                catch (Exception error)
                {
                    // No connection could be had. The thread must live on: without it every call of this process would hang.
                    taken.ForEach(operation => operation.Fail(Faults.ToStoreException(error, database.Place, atCommit: false, operation.HasBegun)));
                    taken.Clear();
                    connection.Close();
                }
            }
            if (writes) database.Rest.Disturb(); // once more: a beat may have looked before it was committed
            if (wasLookedAt) connection.Used(); // else what writes next looks first, however soon it comes
        }
    }
}
