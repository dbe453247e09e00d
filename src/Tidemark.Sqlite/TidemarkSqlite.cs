using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite;

/// <summary>
/// The door for user code that writes to Tidemark's database file: every writer of it must pass the gate, because SQLite before
/// 3.51.3 can lose commits when writers and checkpoints of several processes meet.
/// </summary>
public sealed class TidemarkSqlite
{
    private readonly SqliteWriter _writer;

    internal TidemarkSqlite(SqliteWriter writer) => _writer = writer;

    /// <summary>Begins a transaction that holds the gate until it is committed or disposed, at most for the time limit of the options.</summary>
    /// <param name="cancellationToken">Ends the waiting for the gate; it has no effect on a transaction that was handed over.</param>
    /// <exception cref="StoreException">The file cannot be written, or another process holds the gate for too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    /// <example><code>
    /// await using var transaction = await sqlite.BeginAsync(ct);
    /// await connection.ExecuteAsync("INSERT INTO orders …", order, transaction.Transaction);
    /// await jobs.EnqueueAsync(Ship, args, new() { Transaction = transaction.Transaction }, ct);
    /// await transaction.CommitAsync();
    /// </code></example>
    public async Task<TidemarkTransaction> BeginAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lend = new LendOperation();
        await using var registration = cancellationToken.UnsafeRegister(
            static state => ((LendOperation)state!).GiveUp(), lend);
        return await _writer.RunAsync(lend, cancellationToken);
    }
}
