using System.Data;
using System.Data.Common;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>Writes in a transaction that somebody else commits, on the caller's thread.</summary>
internal static class UserTransaction
{
    const string Savepoint = "tidemark";
    const int Tries = 10;
    static readonly Sql SaveSql = Sql.Load("Connections/Save");

    public static T Run<T>(DbTransaction given, Database database, WriteOperation<T> operation)
    {
        if (given is not NpgsqlTransaction transaction || ConnectionOf(transaction) is not { } connection)
            throw new ArgumentException(
                $"A {given.GetType().Name} cannot be written in: it is no NpgsqlTransaction, or it has ended. Give the open transaction of a connection to the database of {database.Place}.", nameof(given));
        database.Rest.Disturb();
        using var statements = new StatementCache(connection, database, prepare: false);
        var writing = new WriteTransaction(database, statements, transaction, isLent: true);
        for (var tries = 1; ; tries++)
        {
            Save(statements, database);
            try
            {
                // What is remembered of the store (which number a queue and a name have) would name another's job in a copy of it.
                if (tries == 1 && !database.History.Look(statements, isLent: true)) database.Open().Dispose();
                operation.Execute(writing);
                transaction.Release(Savepoint);
                return operation.TakeAnswer();
            }
            catch (Exception error)
            {
                statements.ResetAll();
                if (Faults.BreaksConnection(error) || connection.State != ConnectionState.Open) throw Faults.ToStoreException(error, database.Place, atCommit: false);
                transaction.Rollback(Savepoint);
                if (IsElsewhere(error))
                    throw new ArgumentException($"The transaction's database is not that of this store, schema '{database.Schema}'. Give the open transaction of a connection to the database of {database.Place}.", nameof(given), error);
                if (error is LostRace && tries < Tries) continue;
                if (error is PostgresException) throw Faults.ToException(error, database.Place, atCommit: false, begun: false);
                throw;
            }
        }
    }

    // By a statement of its own, although the driver would send one with the next: in a transaction that an error has aborted that would cost the connection, and the user could not even go back to a savepoint of his own.
    static void Save(StatementCache statements, Database database)
    {
        try
        {
            statements.Get(SaveSql).Run();
        }
        catch (NpgsqlException error)
        {
            throw Faults.ToStoreException(error, database.Place, atCommit: false);
        }
    }

    static bool IsElsewhere(Exception error) => error is ForeignStore or PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName };

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
