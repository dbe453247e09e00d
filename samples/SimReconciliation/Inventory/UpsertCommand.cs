using Microsoft.Data.Sqlite;

namespace SimReconciliation.Inventory;

/// <summary>The upsert, prepared once and bound again for each SIM.</summary>
internal sealed class UpsertCommand : IDisposable
{
    private readonly SqliteCommand command;
    private readonly SqliteParameter[] parameters;

    public UpsertCommand(SqliteConnection connection)
    {
        command = connection.CreateCommand();
        command.CommandText = InventorySchema.Upsert;
        string[] names = ["@iccid", "@msisdn", "@plan", "@status", "@data_used_mb", "@activated_on", "@key", "@attempt"];
        parameters = [.. names.Select(name => command.Parameters.AddWithValue(name, ""))];
        command.Prepare();
    }

    public void Execute(SqliteTransaction transaction, InventoryWrite write, long attempt)
    {
        var sim = write.Sim;
        var activatedOn = sim.ActivatedOn.ToString("yyyy-MM-dd");
        object[] values = [sim.Iccid, sim.Msisdn, sim.Plan, sim.Status, sim.DataUsedMb, activatedOn, write.Key, attempt];
        for (var i = 0; i < values.Length; i++)
            parameters[i].Value = values[i];
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    public void Dispose() => command.Dispose();
}
