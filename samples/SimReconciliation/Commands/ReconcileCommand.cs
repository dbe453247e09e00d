using System.CommandLine;
using SimReconciliation.Carrier;
using SimReconciliation.Reconcile;

namespace SimReconciliation.Commands;

/// <summary>The main job: reconcile the inventory with the carrier, then audit it.</summary>
internal static class ReconcileCommand
{
    public static RootCommand Build(Func<RunOptions, IHost> compose)
    {
        var name = new Option<string>("--name")
        {
            Description = "The run's name: the same name goes on with the same run, another one begins another.",
            DefaultValueFactory = _ => "first",
        };
        var retry = new Option<bool>("--retry") { Description = "Try a run that has failed again, from its last checkpoint." };
        var data = CommonFlags.Data();
        var store = CommonFlags.Store();
        var carrier = CommonFlags.Carrier();
        var flags = new CarrierFlags();
        var command = new RootCommand("Reconciles a SIM inventory against a carrier; may be killed at any time and started again.")
        {
            name, retry, data, store, carrier,
        };
        flags.AddTo(command);
        command.SetAction((result, _) => Complaint.OrExitCodeAsync(async () =>
        {
            var directory = result.GetRequiredValue(data);
            await using var hosted = result.GetValue(carrier) is null ? await CarrierHost.StartAsync(flags.Read(result), directory, port: 0) : null;
            var address = result.GetValue(carrier) ?? hosted!.Address;
            var run = new RunOptions(result.GetRequiredValue(name), directory, result.GetValue(store), address, result.GetValue(retry));
            using var host = compose(run);
            return await ReconcileService.RunAsync(host, run);
        }));
        return command;
    }
}
