using System.Data.Common;
using Npgsql;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.PostgreSql.Writing;

/// <summary>Writes in a transaction that somebody else commits, on the caller's thread.</summary>
internal static class UserTransaction
{
    const string Savepoint = "tidemark";
    const int Tries = 10;

    public static T Run<T>(DbTransaction given, Database database, WriteOperation<T> operation)
    {
        if (given is not NpgsqlTransaction transaction || ConnectionOf(transaction) is not { } connection)
            throw new ArgumentException(
                $"A {given.GetType().Name} cannot be written in: it is no NpgsqlTransaction, or it has ended. Give the open transaction of a connection to the database of {database.Place}.", nameof(given));
        using var statements = new StatementCache(connection, database, prepare: false);
        var writing = new WriteTransaction(database, statements, transaction);
        for (var tries = 1; ; tries++)
        {
            transaction.Save(Savepoint);
            try
            {
                // What is remembered of the store (which number a queue and a name have) would name another's job in a copy of it.
                if (tries == 1 && !database.History.Look(statements)) database.Open().Dispose();
                operation.Execute(writing);
                transaction.Release(Savepoint);
                return operation.TakeAnswer();
            }
            catch (Exception error)
            {
                statements.ResetAll();
                if (error is NpgsqlException and not PostgresException) throw Faults.ToStoreException(error, database.Place, atCommit: false);
                transaction.Rollback(Savepoint);
                if (error is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName })
                    throw new ArgumentException($"The transaction's database has no schema '{database.Schema}' of Tidemark. Give the open transaction of a connection to the database of {database.Place}.", nameof(given), error);
                if (error is LostRace && tries < Tries) continue;
                if (error is PostgresException) throw Faults.ToStoreException(error, database.Place, atCommit: false);
                throw;
            }
        }
    }

    // One that has been disposed of throws where one that has ended says null.
    static NpgsqlConnection? ConnectionOf(NpgsqlTransaction transaction)
    {
        try
        {
            return transaction.Connection;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}
