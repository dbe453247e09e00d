using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Reading;

/// <summary>
/// Connections for reading. A read is a delegate, so it cannot be held across an await: an open reader keeps the WAL from being reset,
/// and one forgotten has let others' WAL grow to gigabytes.
/// </summary>
internal sealed class SqliteReaders(SqliteFile file) : IDisposable
{
    private readonly SemaphoreSlim _free = new(file.Options.MaxReaders);
    private readonly ConcurrentBag<Reader> _idle = [];
    private volatile bool _disposed;

    private sealed record Reader(SqliteConnection Connection, StatementCache Statements);

    /// <summary>Reads on the calling thread. Everything read inside is of one moment if <paramref name="read"/> runs one statement; use a transaction for more.</summary>
    public T Read<T>(Func<StatementCache, T> read)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_free.Wait(file.Options.ReaderWaitLimit))
            throw new StoreException($"All {file.Options.MaxReaders} reading connections of '{file.Path}' were busy for {file.Options.ReaderWaitLimit.TotalSeconds:0} s. Raise MaxReaders, or read less at a time.");
        try
        {
            var reader = _idle.TryTake(out var idle) ? idle : Connect();
            try
            {
                return read(reader.Statements);
            }
            catch (SqliteError error)
            {
                throw error.ToStoreException(file.Path);
            }
            finally
            {
                // Whatever the delegate left open would hold a snapshot: of no use to anybody, and the WAL would grow.
                reader.Statements.ResetAll();
                if (_disposed) Close(reader);
                else _idle.Add(reader);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>As <see cref="Read"/>; an error is its answer, and comes by the task, as from any store.</summary>
    public ValueTask<T> ReadAsync<T>(Func<StatementCache, T> read)
    {
        try
        {
            return new(Read(read));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<T>(error);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        while (_idle.TryTake(out var reader)) Close(reader);
    }

    private static void Close(Reader reader)
    {
        reader.Statements.Dispose();
        reader.Connection.Dispose();
    }

    private Reader Connect()
    {
        var connection = file.Connect(ConnectionRole.Reader);
        return new Reader(connection, new StatementCache(connection.Handle!));
    }
}
