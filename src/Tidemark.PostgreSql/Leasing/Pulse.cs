using Npgsql;
using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// The beat, on a connection of its own that stays open: on the pulse thread, which it blocks. The connection is a sign of life too: the kernel
/// closes it with its process, and the server's list of sessions no longer has it. That holds only if nothing stands between.
/// </summary>
/// <remarks>
/// To block is not enough to need no pool thread. The driver sets its sockets not to block while it connects, and from then on the runtime reads them through its event loop, which leaves what
/// arrives in the instant between the look and the wait to the pool ("HandleSyncEventsSpeculatively" in its SocketAsyncContext.Unix.cs). One beat in some thousands would wait there until a
/// thread is free, or until the driver's limit of half a minute, which is more than a lease. So a beat has a limit: the driver reads once more when it has passed, and finds what has been there all along.
/// </remarks>
internal sealed class Pulse(Database database) : IDisposable
{
    static readonly Sql BeatSql = Sql.Load("Leasing/Beat");
    static readonly Sql BackendSql = Sql.Load("Leasing/Backend");

    readonly Lock sync = new();
    StatementCache? statements;
    (long Id, DateTime Start)? backend;

    /// <summary>False if something like a pooler stands between: another process's death is then noticed by its silence alone.</summary>
    public bool? IsDirect { get; private set; }

    /// <summary>How long a beat may take: half the lease, in whole seconds, as the driver counts. Shorter, a server that stands still for a while would cost its workers their connections, which are signs of life.</summary>
    public static TimeSpan LimitOf(TimeSpan lease) => TimeSpan.FromSeconds(Math.Ceiling(lease.TotalSeconds / 2));

    /// <summary>Connects, if it is not: what a worker needs to beat it has before it is given anything. Blocks its thread.</summary>
    public void Connect()
    {
        if (Volatile.Read(ref statements) is { Connection.State: System.Data.ConnectionState.Open }) return; // and a beat that is under way is not waited for
        lock (sync) Connected();
    }

    public BeatReply Beat(Beat beat, bool rests, Witness witness, TimeSpan limit)
    {
        lock (sync)
        {
            try
            {
                var connected = Connected();
                connected.TimeLimit = limit;
                var written = connected.Get(BeatSql).Bind(1, beat.Worker.Value).Bind(2, beat.Draining).Bind(3, beat.Running).Bind(4, backend?.Id).Bind(5, backend?.Start).Bind(6, witness.StartedAt).Bind(7, rests)
                    .First(row => (BeatAnswer?)new BeatAnswer(row.Int64(0), row.Time(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Int64(5), row.Int64(6)));
                if (written is { } answer) database.History.Beaten(connected, witness, answer);
                return new(written is not null, MayRest: rests);
            }
            catch (NpgsqlException error)
            {
                // A beat that was cancelled leaves the connection as it is. After anything else another one may do better, and this one may never.
                if (error is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }) statements?.ResetAll();
                else Close();
                throw Faults.ToStoreException(error, database.Place, atCommit: false);
            }
        }
    }

    public void Dispose()
    {
        lock (sync) Close();
    }

    StatementCache Connected()
    {
        if (statements is { Connection.State: System.Data.ConnectionState.Open }) return statements;
        Close();
        var connection = database.OpenDirect();
        try
        {
            using var asking = new StatementCache(connection, database, prepare: false);
            var (id, start) = asking.Get(BackendSql).First(row => (row.Int64(0), row.Time(1)));
            // A pooler tells a number of its own making, not that of the server's process behind it.
            IsDirect = id == connection.ProcessID;
            backend = IsDirect == true ? (id, start) : null;
            return statements = new(connection, database, prepare: IsDirect == true && database.Options.PrepareStatements) { IsDirect = IsDirect == true };
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    void Close()
    {
        statements?.Connection.Dispose();
        statements?.Dispose();
        statements = null;
    }
}
