using System.Data;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>What an operation writes with: a connection inside a transaction. Valid while the operation executes.</summary>
internal sealed class WriteTransaction(Database database, StatementCache statements, NpgsqlTransaction? transaction)
{
    static readonly Sql NowSql = Sql.Load("Storage/Now");
    static readonly Sql BarrierSql = Sql.Load("Connections/Barrier");

    DateTimeOffset? now;

    public Database Database => database;

    /// <summary>For user code.</summary>
    public NpgsqlTransaction DbTransaction => transaction ?? throw new InvalidOperationException("What only reads, or travels whole, has no transaction to lend.");

    public StatementCache Statements => statements;

    /// <summary>What user code that it was lent to has made of it.</summary>
    public ConnectionEnding Ending => statements.Connection.State == ConnectionState.Open ? ConnectionEnding.None
        : statements.Connection.FullState.HasFlag(ConnectionState.Broken) ? ConnectionEnding.Broken : ConnectionEnding.Closed;

    /// <summary>From user code that is at it still.</summary>
    public void TakeAway() => Leash.Cut(database, statements);

    /// <summary>The store's clock in whole milliseconds, asked for once; the statements of the hot paths read it themselves.</summary>
    public DateTimeOffset Now => now ??= DateTimeOffset.FromUnixTimeMilliseconds(Prepare(NowSql).First(row => row.Int64(0)));

    /// <summary>The limits of which its operations have moved a job.</summary>
    public Limits Limits { get; } = new();

    /// <summary>What is still to be written and travels with the commit; null: nothing. For operations that run alone.</summary>
    public RoundTrip? Closing { get; set; }

    public Statement Prepare(Sql sql) => statements.Get(sql);

    /// <summary>What was read here is promised to somebody: where that needs a standby, the commit waits for it although nothing else is written.</summary>
    public void Vouch()
    {
        if (database.NeedsStandby) Prepare(BarrierSql).Any();
    }

    public void ResetStatements() => statements.ResetAll();
}
