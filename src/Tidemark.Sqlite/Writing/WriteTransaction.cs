using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tidemark.Sqlite.Writing;

/// <summary>What an operation writes with: a connection inside a transaction that passed the gate. Valid while the operation executes.</summary>
internal sealed class WriteTransaction(SqliteConnection connection, StatementCache statements)
{
    public SqliteConnection Connection => connection;
    public sqlite3 Database { get; } = connection.Handle!;

    /// <summary>
    /// True: user code has closed the connection, which has rolled back. No statement may run any more: those that are prepared still would,
    /// each in a transaction of its own.
    /// </summary>
    public bool IsClosed => Database.IsClosed;

    /// <summary>The store's clock, read once for the whole transaction.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>The machine's time line at the same moment, in milliseconds.</summary>
    public long BootNow { get; private set; }

    /// <summary>How long, in milliseconds, this process stood at the gate: after more than a beat, beats read before are stale.</summary>
    public long GateWait { get; private set; }

    /// <summary>For user code; set only for operations that ask for it (<see cref="WriteOperation.NeedsDbTransaction"/>) and for user transactions.</summary>
    public DbTransaction? DbTransaction { get; set; }

    /// <summary>Lanes read from now on may be this transaction's own, and go with it if it is rolled back.</summary>
    public bool HasAddedLanes { get; set; }

    public Statement Prepare(string sql) => statements.Get(sql);

    public int Run(string sql) => statements.Get(sql).Run();

    public long LastRowId => raw.sqlite3_last_insert_rowid(Database);

    public void Began(DateTimeOffset now, long bootNow, long gateWait)
    {
        Now = now;
        BootNow = bootNow;
        GateWait = gateWait;
        HasAddedLanes = false;
    }

    public void ResetStatements() => statements.ResetAll();
}
