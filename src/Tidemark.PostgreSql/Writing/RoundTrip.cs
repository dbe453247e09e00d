using Npgsql;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>
/// Statements that travel together: one message to the server and one answer, and, unless a transaction is open, one of their own that the server
/// commits at the end of it. So no statement of it can depend on what this process makes of an earlier one's answer; what the next one may write, the SQL itself must know.
/// </summary>
internal sealed class RoundTrip(StatementCache statements) : IDisposable
{
    readonly NpgsqlBatch batch = new(statements.Connection);
    readonly List<Action<Row>> readers = [];

    /// <summary>One statement more, to be bound at once; <paramref name="read"/> gets its rows, before the commit is known; null: it has none.</summary>
    public Sent Add(Sql sql, Action<Row>? read = null)
    {
        var command = new NpgsqlBatchCommand(statements.TextOf(sql));
        batch.BatchCommands.Add(command);
        if (read is not null) readers.Add(read);
        return new(command.Parameters);
    }

    /// <summary>Returns after the commit, if that is its own. What it throws before the server's refusal is known leaves the outcome unknown.</summary>
    public void Run()
    {
        if (statements.Prepares) batch.Prepare(); // travels only for statements that this connection does not know yet
        using var rows = batch.ExecuteReader();
        var answer = new Answer(rows);
        foreach (var read in readers)
        {
            read(answer);
            rows.NextResult();
        }
    }

    public void Dispose() => batch.Dispose();

    /// <summary>A statement of the round trip.</summary>
    internal readonly record struct Sent(NpgsqlParameterCollection Parameters) : IBound;

    sealed class Answer : Row
    {
        public Answer(NpgsqlDataReader rows) => Rows = rows;
    }
}
