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
internal sealed class Pulse(Database database) : IDisposable
{
    static readonly Sql BeatSql = Sql.Load("Leasing/Beat");
    static readonly Sql BackendSql = Sql.Load("Leasing/Backend");

    readonly Lock sync = new();
    StatementCache? statements;
    (long Id, DateTime Start)? backend;

    /// <summary>False if something like a pooler stands between: another process's death is then noticed by its silence alone.</summary>
    public bool? IsDirect { get; private set; }

    public BeatReply Beat(Beat beat, Witness witness)
    {
        lock (sync)
        {
            try
            {
                var connected = Connected();
                var written = connected.Get(BeatSql).Bind(1, beat.Worker.Value).Bind(2, beat.Draining).Bind(3, beat.Running).Bind(4, backend?.Id).Bind(5, backend?.Start).Bind(6, witness.StartedAt)
                    .First(row => (BeatAnswer?)new BeatAnswer(row.Int64(0), row.Time(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Int64(5), row.Int64(6)));
                if (written is { } answer) database.History.Beaten(connected, witness, answer);
                return new(written is not null);
            }
            catch (NpgsqlException error)
            {
                Close();
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
        statements = new(connection, database, prepare: false);
        var (id, start) = statements.Get(BackendSql).First(row => (row.Int64(0), row.Time(1)));
        // A pooler tells a number of its own making, not that of the server's process behind it.
        IsDirect = id == connection.ProcessID;
        backend = IsDirect == true ? (id, start) : null;
        return statements;
    }

    void Close()
    {
        statements?.Connection.Dispose();
        statements?.Dispose();
        statements = null;
    }
}
