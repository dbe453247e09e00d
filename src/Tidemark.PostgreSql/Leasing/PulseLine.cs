using Npgsql;
using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// A connection for beats that stays open, used by one thread at a time, which it blocks. It is a sign of life too: the kernel
/// closes it with its process, and the server's list of sessions no longer has it. That holds only if nothing stands between.
/// </summary>
/// <remarks>
/// To block is not enough to need no pool thread. The driver sets its sockets not to block while it connects, and from then on the runtime reads them through its event loop, which leaves what
/// arrives in the instant between the look and the wait to the pool ("HandleSyncEventsSpeculatively" in its SocketAsyncContext.Unix.cs). One answer in some thousands would wait there until a
/// thread is free. So a beat has a limit: when it has passed, the driver asks the server to cancel, and reads once more, and finds what has been there all along. But to ask for that it connects
/// anew, and each answer on that way may be left lying too, for as long as the driver waits for a connection: longer than a lease. (Measured: of 510 beats that were left lying one took 16 s.)
/// Another line has answered by then.
/// </remarks>
internal sealed class PulseLine(Database database) : IDisposable
{
    static readonly Sql BeatSql = Sql.Load("Leasing/Beat");
    static readonly Sql BackendSql = Sql.Load("Leasing/Backend");

    StatementCache? statements;
    (long Id, DateTime Start)? backend;

    /// <summary>What it has been asked last, until it is free again. Guarded by the pulse.</summary>
    public PulseQuestion? Asked { get; set; }

    /// <summary>As far as is known without asking.</summary>
    public bool IsConnected => Volatile.Read(ref statements) is { Connection.State: System.Data.ConnectionState.Open };

    /// <summary>Connects, if it is not.</summary>
    public BeatReply Connect(TimeSpan limit)
    {
        Connected(limit);
        return new(Alive: true);
    }

    /// <param name="beat">What to say.</param>
    /// <param name="rests">That it is the last for a while.</param>
    /// <param name="witness">Whose it is.</param>
    /// <param name="limit">For each answer of the server, in whole seconds.</param>
    public BeatReply Beat(Beat beat, bool rests, Witness witness, TimeSpan limit)
    {
        try
        {
            var question = Asked;
            var connected = Connected(limit);
            connected.TimeLimit = limit;
            var before = database.History.Before(witness);
            var written = connected.Get(BeatSql).Bind(1, beat.Worker.Value).Bind(2, beat.Draining).Bind(3, beat.Running).Bind(4, backend?.Id).Bind(5, backend?.Start).Bind(6, witness.StartedAt).Bind(7, rests)
                .First(row => (BeatAnswer?)new BeatAnswer(row.Int64(0), row.Time(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Int64(5), row.Int64(6)));
            if (written is { } answer && question is not { IsOver: true }) database.History.Beaten(connected, witness, before, answer);
            return new(written is not null, MayRest: rests);
        }
        catch (NpgsqlException error)
        {
            // A beat that was cancelled leaves the connection as it is. After anything else another one may do better, and this one may never.
            if (error is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }) statements?.ResetAll();
            else Dispose();
            throw Faults.ToStoreException(error, database.Place, atCommit: false);
        }
    }

    public void Dispose()
    {
        var open = statements;
        statements = null;
        open?.Connection.Dispose();
        open?.Dispose();
    }

    StatementCache Connected(TimeSpan limit)
    {
        if (statements is { Connection.State: System.Data.ConnectionState.Open }) return statements;
        Dispose();
        var connection = database.OpenDirect(limit);
        try
        {
            using var asking = new StatementCache(connection, database, prepare: false) { TimeLimit = limit };
            var (id, start) = asking.Get(BackendSql).First(row => (row.Int64(0), row.Time(1)));
            // A pooler tells a number of its own making, not that of the server's process behind it.
            var isDirect = id == connection.ProcessID;
            backend = isDirect ? (id, start) : null;
            return statements = new(connection, database, prepare: isDirect && database.Options.PrepareStatements) { IsDirect = isDirect };
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
