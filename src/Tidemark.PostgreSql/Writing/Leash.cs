using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>How a connection is taken away from user code that may be in the middle of a statement on it.</summary>
/// <remarks>
/// To close it is not enough: the driver keeps one transaction object for each of its connections, so that what user code holds would come alive again in the transaction of whoever gets the connection next,
/// and write in it, or roll it back. So the server ends the session, and the driver sees that it is gone. Behind a pooler its number is not known: there the data source is told to keep none of its present
/// connections, and the server rolls back once nobody is at work in it.
/// </remarks>
internal static class Leash
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);
    static readonly Sql EndSql = Sql.Load("Connections/EndSession");
    static readonly Sql AnswerSql = Sql.Load("Connections/Answer");

    public static void Cut(Database database, StatementCache statements)
    {
        var connection = statements.Connection;
        if (statements.IsDirect && TryEnd(database, connection)) Probe(statements);
        if (connection.State == System.Data.ConnectionState.Open) NpgsqlConnection.ClearPool(connection);
    }

    static bool TryEnd(Database database, NpgsqlConnection connection)
    {
        try
        {
            using var other = database.OpenUnseen();
            using var ending = new StatementCache(other, database, prepare: false);
            return ending.Get(EndSql).Bind(1, connection.ProcessID).Bind(2, (long)Patience.TotalMilliseconds).First(row => row.Flag(0));
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            return false; // a server that is away, or no connection left: the other way is left
        }
    }

    // User code finds out too, if it is waiting for an answer: then it is its thread that the driver learns it by.
    static void Probe(StatementCache statements)
    {
        var began = Environment.TickCount64;
        while (statements.Connection.State == System.Data.ConnectionState.Open && Environment.TickCount64 - began < Patience.TotalMilliseconds)
        {
            try
            {
                statements.Get(AnswerSql).Any();
            }
            catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
            {
                // it is gone, or user code is at it still, whose thread is about to learn of it
            }
            Thread.Sleep(Between);
        }
    }
}
