using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Writing;

/// <summary>The writer's connection with its statements. User code's effects write on it too, and may spoil it: then another one takes its place.</summary>
internal sealed class WriterConnection : IDisposable
{
    private readonly StatementCache _statements;
    private readonly Leash _leash;
    private bool _isGivenUp;

    /// <exception cref="StoreException">The file cannot be opened.</exception>
    public WriterConnection(SqliteFile file)
    {
        var connection = Connections.Prepare(new LentConnection(file), file.Options, file.Path, ConnectionRole.Writer);
        _statements = new StatementCache(connection.Handle!);
        Transaction = new WriteTransaction(connection, _statements);
        _leash = new Leash(Transaction.Database);
    }

    public WriteTransaction Transaction { get; }

    /// <summary>False: user code has closed it, or has it still.</summary>
    public bool IsUsable => !_isGivenUp && !Transaction.IsClosed;

    /// <summary>Nothing is written on it any more, whoever tries; it is closed as soon as user code is not at it any more. Once: what came first holds.</summary>
    public void GiveUp(Task? running)
    {
        if (_isGivenUp) return;
        _isGivenUp = true;
        if (running is null)
        {
            Close();
            return;
        }

        _leash.Cut();
        _ = running.ContinueWith(Leave, this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    public void Dispose() => GiveUp(running: null);

    private void Close()
    {
        _statements.Dispose();
        Transaction.Connection.Dispose();
    }

    private static void Leave(Task ended, object? connection)
    {
        _ = ended.Exception;   // seen: whoever waited for it has been told that it took too long
        ((WriterConnection)connection!).Close();
    }
}
