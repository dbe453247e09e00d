using Npgsql;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Statements that travel together: one message to the server and one answer, and, unless a transaction is open, one of their own that the server
/// commits at the end of it. So no statement of it can depend on what this process makes of an earlier one's answer; what the next one may write, the SQL itself must know.
/// </summary>
internal sealed class RoundTrip(StatementCache statements) : IDisposable
{
    const string Ours = "tidemark_saved";
    static readonly Sql ByIndexSql = Sql.Load("Connections/ByIndex");

    readonly NpgsqlBatch batch = new(statements.Connection);
    readonly List<Action<Row>> readers = [];
    bool prepares = statements.Prepares;
    bool hasOthers;
    bool goesByIndex;

    /// <summary>False: the server has seen nothing of it.</summary>
    public bool IsSent { get; private set; }

    /// <summary>How long the server may take; null: as the connection says.</summary>
    public TimeSpan? TimeLimit
    {
        init => batch.Timeout = value is { } limit ? (int)Math.Ceiling(limit.TotalSeconds) : batch.Timeout;
    }

    /// <summary>One statement more, to be bound at once; <paramref name="read"/> gets its rows, before the commit is known; null: it has none.</summary>
    public Sent Add(Sql sql, Action<Row>? read = null)
    {
        var command = new NpgsqlBatchCommand(statements.TextOf(sql));
        batch.BatchCommands.Add(command);
        if (read is not null) readers.Add(read);
        return new(command.Parameters);
    }

    /// <summary>Somebody else's statements, before ours. What they answer is passed over; they are prepared if this connection has met them before.</summary>
    public void Add(NpgsqlBatchCommandCollection others)
    {
        if (batch.BatchCommands.Count > 0) throw new InvalidOperationException("Others' statements come first: they are planned, and answered, before ours.");
        foreach (NpgsqlBatchCommand command in others)
        {
            command.AppendErrorBarrier = false; // it would commit what stands before it, ahead of the cursor
            batch.BatchCommands.Add(command);
            prepares &= statements.IsFamiliar(command.CommandText);
        }
        hasOthers = true;
    }

    /// <summary>What follows, in this transaction, finds its rows by an index (ByIndex.sql says why). Not in one that is then lent to user code.</summary>
    public RoundTrip ByIndex()
    {
        if (!goesByIndex) Add(ByIndexSql, hasOthers ? null : static _ => { });
        goesByIndex = true;
        return this;
    }

    /// <summary>Returns after the commit, if that is its own. What it throws before the server's refusal is known leaves the outcome unknown.</summary>
    public void Run()
    {
        if (prepares) batch.Prepare(); // travels only for statements that this connection does not know yet
        using var rows = Send();
        var answer = new Answer(rows);
        if (hasOthers) PassOver(rows);
        foreach (var read in readers)
        {
            read(answer);
            rows.NextResult();
        }
    }

    public void Dispose() => batch.Dispose();

    NpgsqlDataReader Send()
    {
        try
        {
            IsSent = true;
            return batch.ExecuteReader();
        }
        catch (Exception refusal) when (refusal is not NpgsqlException && statements.Connection.State == System.Data.ConnectionState.Open)
        {
            IsSent = false; // a value that the driver cannot write, found before the message was begun
            throw;
        }
    }

    // Ours is the one whose last column bears our name.
    static void PassOver(NpgsqlDataReader rows)
    {
        while (rows.FieldCount == 0 || rows.GetName(rows.FieldCount - 1) != Ours)
        {
            if (!rows.NextResult()) throw new InvalidOperationException("The statement that saves the stream has not answered.");
        }
    }

    /// <summary>A statement of the round trip.</summary>
    internal readonly record struct Sent(NpgsqlParameterCollection Parameters) : IBound;

    sealed class Answer : Row
    {
        public Answer(NpgsqlDataReader rows) => Rows = rows;
    }
}
