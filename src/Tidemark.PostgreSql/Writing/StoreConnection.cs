using System.Net.Sockets;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// The connection of one of the store's threads, opened when it is needed and opened anew after it broke, with its prepared statements.
/// </summary>
/// <remarks>
/// A process that stands still in the middle of a transaction, or a machine that is gone without a farewell, would hold its locks against all others for as long as the connection seems to live, which
/// may be hours: the server is told to end such a session.
/// </remarks>
internal sealed class StoreConnection(Database database) : IDisposable
{
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(1); // for what ends a transaction of its own accord
    static readonly Sql EndStandstillSql = Sql.Load("Connections/EndStandstill");

    NpgsqlConnection? connection;
    StatementCache? statements;
    long used = Environment.TickCount64;

    public bool IsOpen => connection is not null;

    /// <summary>It has lain idle, and may have been closed meanwhile, or lead elsewhere.</summary>
    public bool HasRested => IsOpen && Environment.TickCount64 - used > database.Options.TriedAfter.TotalMilliseconds;

    /// <summary>It lies idle from now on.</summary>
    public void Used() => used = Environment.TickCount64;

    public StatementCache Open()
    {
        if (statements is not null) return statements;
        try
        {
            connection ??= database.Open();
        }
        catch (NpgsqlException error) when (error.InnerException is not (SocketException or TimeoutException))
        {
            connection = database.Open(); // the data source has kept one that was closed while it lay there; nothing has been entrusted to it
        }
        var made = new StatementCache(connection, database, database.Options.PrepareStatements);
        if (database.NeedsStandby)
        {
            connection.Notice += (_, told) =>
            {
                if (told.Notice.Routine == Unreplicated.Routine) made.WaitWasCancelled = true;
            };
        }
        made.IsDirect = made.Get(EndStandstillSql).Bind(1, (long)(database.Options.UserTransactionTimeLimit + Grace).TotalMilliseconds).Bind(2, connection.ProcessID).First(row => row.Flag(0));
        Used();
        return statements = made;
    }

    /// <summary>
    /// One that was closed while it lay idle, or leads elsewhere by now, is found out before anything is entrusted to it: after that, nobody could say what became of it. What only reads entrusts
    /// nothing: it is read again on another.
    /// </summary>
    public void CheckAfterRest()
    {
        if (!HasRested) return;
        try
        {
            database.History.Look(statements!);
            Used();
        }
        catch (Exception)
        {
            Close(); // whatever it is: another connection is opened, and says what is the matter if anything is
        }
    }

    public void Close()
    {
        try
        {
            statements?.Dispose();
            connection?.Dispose();
        }
        catch (Exception)
        {
            // Mostly the server has ended it already, and what closes it says so. There is nobody to be told, and the thread must live on.
        }
        (statements, connection) = (null, null);
    }

    public void Dispose() => Close();
}
