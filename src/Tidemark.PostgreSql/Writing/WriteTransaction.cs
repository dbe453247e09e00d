using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>What an operation writes with: a connection inside a transaction. Valid while the operation executes.</summary>
internal sealed class WriteTransaction(Database database, StatementCache statements, NpgsqlTransaction? transaction)
{
    static readonly Sql NowSql = Sql.Load("Storage/Now");

    DateTimeOffset? now;

    public Database Database => database;

    /// <summary>For user code.</summary>
    public NpgsqlTransaction DbTransaction => transaction ?? throw new InvalidOperationException("What only reads has no transaction to lend.");

    public StatementCache Statements => statements;

    /// <summary>The store's clock in whole milliseconds, asked for once; the statements of the hot paths read it themselves.</summary>
    public DateTimeOffset Now => now ??= DateTimeOffset.FromUnixTimeMilliseconds(Prepare(NowSql).First(row => row.Int64(0)));

    /// <summary>The limits of which its operations have moved a job.</summary>
    public Limits Limits { get; } = new();

    public Statement Prepare(Sql sql) => statements.Get(sql);

    public void ResetStatements() => statements.ResetAll();
}
