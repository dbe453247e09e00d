using System.Data;
using Npgsql;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;

namespace Tidemark.PostgreSql.Writing;

/// <summary>What an operation writes with: a connection inside a transaction. Valid while the operation executes.</summary>
/// <param name="database">Where to.</param>
/// <param name="statements">Of its connection.</param>
/// <param name="transaction">Null: what is executed only reads, or travels whole.</param>
/// <param name="isLent">User code writes in it too.</param>
internal sealed class WriteTransaction(Database database, StatementCache statements, NpgsqlTransaction? transaction, bool isLent)
{
    static readonly Sql ByIndexSql = Sql.Load("Connections/ByIndex");
    static readonly Sql NowSql = Sql.Load("Storage/Now");
    static readonly Sql BarrierSql = Sql.Load("Connections/Barrier");

    DateTimeOffset? now;
    bool goesByIndex = isLent || transaction is null;

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

    public Statement Prepare(Sql sql) => Own.Get(sql);

    /// <summary>One that answers rows, which it finds by their key; as all that follow (ByIndex.sql says why), unless user code writes here too: then each is planned as it comes.</summary>
    public Statement PrepareByKey(Sql sql)
    {
        if (goesByIndex) return Prepare(sql);
        goesByIndex = true;
        return Prepare(sql).Behind(statements.TextOf(ByIndexSql));
    }

    /// <summary>Likewise, for several at once.</summary>
    public RoundTrip TripByKey()
    {
        var trip = new RoundTrip(Own);
        if (goesByIndex) return trip;
        goesByIndex = true;
        return trip.ByIndex();
    }

    StatementCache Own => isLent ? statements.Unprepared : statements;

    /// <summary>What was read here is promised to somebody: where that needs a standby, the commit waits for it although nothing else is written.</summary>
    public void Vouch()
    {
        if (database.NeedsStandby) Prepare(BarrierSql).Any();
    }

    public void ResetStatements() => statements.ResetAll();
}
