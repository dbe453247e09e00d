using System.CommandLine;
using SimReconciliation.Audit;
using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;
using SimReconciliation.Inventory;
using SimReconciliation.Reconcile;

namespace SimReconciliation.Commands;

/// <summary>The main job: reconcile the inventory with the carrier, then audit it.</summary>
internal static class ReconcileCommand
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    public static RootCommand Build()
    {
        var data = CommonFlags.Data();
        var carrier = CommonFlags.Carrier();
        var flags = new CarrierFlags();
        var command = new RootCommand("Reconciles a SIM inventory against a carrier; may be killed at any time.") { data, carrier };
        flags.AddTo(command);
        command.SetAction((result, cancellationToken) => Complaint.OrExitCodeAsync(async () =>
        {
            var directory = result.GetRequiredValue(data);
            if (result.GetValue(carrier) is { } address)
                return await RunAsync(directory, address, cancellationToken);
            await using var hosted = await CarrierHost.StartAsync(flags.Read(result), directory, port: 0);
            return await RunAsync(directory, hosted.Address, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(string directory, Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = AnswerTimeout };
        var client = new CarrierClient(http);
        HashSet<string> quarantined;
        using (var inventory = SimInventory.Open(Path.Combine(directory, SimInventory.FileName)))
            quarantined = await new StraightReconciliation(client, inventory, TimeProvider.System).RunAsync(cancellationToken);
        return AuditCommand.Run(directory, await CarrierView.AskAsync(client, scope: null, cancellationToken), quarantined);
    }
}
