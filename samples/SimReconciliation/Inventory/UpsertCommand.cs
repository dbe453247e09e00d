using System.Data.Common;

namespace SimReconciliation.Inventory;

/// <summary>The upsert, prepared once and bound again for each SIM.</summary>
internal sealed class UpsertCommand : IDisposable
{
    private readonly DbCommand command;
    private readonly DbParameter[] parameters;

    public UpsertCommand(DbConnection connection)
    {
        command = connection.CreateCommand();
        command.CommandText = InventorySchema.Upsert;
        string[] names = ["@iccid", "@msisdn", "@plan", "@status", "@data_used_mb", "@activated_on", "@key", "@attempt"];
        parameters = [.. names.Select(Add)];
    }

    public void Execute(DbTransaction transaction, InventoryWrite write, long attempt)
    {
        var sim = write.Sim;
        var activatedOn = sim.ActivatedOn.ToString("yyyy-MM-dd");
        object[] values = [sim.Iccid, sim.Msisdn, sim.Plan, sim.Status, sim.DataUsedMb, activatedOn, write.Key, attempt];
        for (var i = 0; i < values.Length; i++)
            parameters[i].Value = values[i];
        command.Transaction = transaction;
        command.Prepare(); // once: values have told the types by now
        command.ExecuteNonQuery();
    }

    public void Dispose() => command.Dispose();

    private DbParameter Add(string name)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        command.Parameters.Add(parameter);
        return parameter;
    }
}
