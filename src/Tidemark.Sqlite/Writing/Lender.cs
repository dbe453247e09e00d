using Microsoft.Data.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Native;
using Tidemark.Storage.Native;

namespace Tidemark.Sqlite.Writing;

/// <summary>Lends the gate to user code: the writer thread holds it and waits until the user's transaction is over or its time is.</summary>
internal sealed class Lender(SqliteFile file, TimeProvider time, GatedTransactions gated, WalKeeper wal)
{
    /// <summary>With the gate held. Null if all went well, also if the user rolled back; otherwise what SQLite answered.</summary>
    public SqliteError? Lend(LendOperation lend, long gateWait)
    {
        if (lend.IsGivenUp) return null;
        SqliteConnection? connection = null;
        TidemarkTransaction? lent = null;
        try
        {
            connection = Connections.Prepare(new LentConnection(file), file.Options, file.Path, ConnectionRole.Lent);
            var statements = new StatementCache(connection.Handle!);
            var write = new WriteTransaction(connection, statements);
            var ado = connection.BeginTransaction(deferred: false);
            write.Began(time.GetUtcNow(), BootClock.Milliseconds, gateWait);
            write.DbTransaction = ado;
            lent = new TidemarkTransaction(connection, ado, file);
            lent.Gated = new GatedTransaction(write);
            gated.Add(ado, lent.Gated);
            var failure = lend.TryHandOver(lent) ? lent.WaitForEnd() : null;
            gated.Remove(ado);
            if (!lent.IsAbandoned) Close(connection, statements, lent);   // else the user's thread may be in it: it closes
            return failure;
        }
        catch (Exception error) when (error is SqliteException or StoreException)
        {
            connection?.Dispose();
            lend.Fail(error is SqliteException own ? Explain(own).ToStoreException(file.Path) : error);
            return error is SqliteException answer ? Explain(answer) : error.InnerException as SqliteError;
        }
        catch
        {
            connection?.Dispose();   // or its transaction would hold SQLite's own lock, with the gate open
            throw;
        }
        finally
        {
            lent?.Tell();
        }
    }

    // The user is told before a checkpoint that may take its time, and after the closing: what he does next with his commands, dispose of them
    // for instance, would meet it in the middle.
    private void Close(SqliteConnection connection, StatementCache statements, TidemarkTransaction lent)
    {
        var isDue = connection.Handle is { } database && wal.IsDue(database);   // null: the user has closed it
        statements.Dispose();
        connection.Dispose();
        lent.Tell();
        if (isDue) wal.Checkpoint();
    }

    private static SqliteError Explain(SqliteException error) => new(error.SqliteExtendedErrorCode, error.Message);
}
