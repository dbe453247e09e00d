using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using SimReconciliation.Carrier;

namespace SimReconciliation.Inventory;

/// <summary>One SIM to be written.</summary>
/// <param name="Sim">What the carrier says.</param>
/// <param name="Key">The idempotency key: the same on every try.</param>
internal sealed record InventoryWrite(Sim Sim, string Key);

/// <summary>A SIM in the inventory, with how often it was written in vain.</summary>
/// <param name="Sim">The SIM.</param>
/// <param name="Key">The key of its last write.</param>
/// <param name="Redone">Times that its key came again from a later attempt: work that an interruption made us do twice.</param>
/// <param name="Retried">Times that its key came again within one attempt: a retry after a fault of the carrier.</param>
internal sealed record InventoryRow(Sim Sim, string Key, int Redone, int Retried);

/// <summary>
/// The service's own inventory: a table on the PostgreSQL server that Tidemark's store is on, or one SQLite file beside Tidemark's, for its writers do not pass Tidemark's gate. One
/// connection, one writer at a time; on SQLite a rollback journal rather than WAL: an old and a new process may hold the file at once.
/// </summary>
internal sealed class SimInventory : IDisposable
{
    public const string FileName = "inventory.db";
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly DbConnection connection;
    private readonly UpsertCommand upsert;

    private SimInventory(DbConnection connection) => (this.connection, upsert) = (connection, new UpsertCommand(connection));

    /// <summary>Opens the inventory, creating it when it is missing.</summary>
    public static SimInventory Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 };
        return Open(new SqliteConnection(settings.ToString()), InventorySchema.SqliteFile + InventorySchema.Table);
    }

    /// <summary>Opens the inventory on a server, creating its table when it is missing.</summary>
    public static SimInventory OpenServer(string connection)
    {
        // Said, for a role by the name of tidemark would find the table in public before there is a schema of its name, and look for it in that one afterwards.
        var settings = new NpgsqlConnectionStringBuilder(connection) { SearchPath = "public" };
        return Open(new NpgsqlConnection(settings.ToString()), InventorySchema.Table);
    }

    private static SimInventory Open(DbConnection opened, string schema)
    {
        try
        {
            opened.Open();
            Execute(opened, schema);
            return new SimInventory(opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Writes one SIM.</summary>
    public Task UpsertAsync(Sim sim, string key, long attempt, CancellationToken cancellationToken) =>
        UpsertAsync([new InventoryWrite(sim, key)], attempt, cancellationToken);

    /// <summary>Writes a batch in one durable transaction: all of it or nothing.</summary>
    /// <param name="batch">The SIMs.</param>
    /// <param name="attempt">A number that differs between two attempts of one job: tells a redo from a retry.</param>
    /// <param name="cancellationToken">Heard while waiting for the turn, never within the transaction.</param>
    public async Task UpsertAsync(IReadOnlyList<InventoryWrite> batch, long attempt, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            using var transaction = connection.BeginTransaction();
            foreach (var write in batch)
                upsert.Execute(transaction, write, attempt);
            transaction.Commit();
        }
        finally
        {
            turn.Release();
        }
    }

    public long Count()
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sims";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Reads everything, row by row, in no order. Nothing may be written meanwhile.</summary>
    public IEnumerable<InventoryRow> ReadAll()
    {
        using var command = connection.CreateCommand();
        command.CommandText = InventorySchema.SelectAll;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var activatedOn = DateOnly.ParseExact(reader.GetString(5), "yyyy-MM-dd");
            var sim = new Sim(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4), activatedOn);
            yield return new InventoryRow(sim, reader.GetString(6), reader.GetInt32(7), reader.GetInt32(8));
        }
    }

    public void Dispose()
    {
        upsert.Dispose();
        connection.Dispose();
        turn.Dispose();
    }

    private static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
