using System.CommandLine;
using SimReconciliation.Audit;
using SimReconciliation.Carrier;
using SimReconciliation.Inventory;

namespace SimReconciliation.Commands;

/// <summary><c>audit</c>: the inventory against the truth and the carrier's books; exit 0 when exact, 1 when not.</summary>
internal static class AuditCommand
{
    public static Command Build()
    {
        var data = CommonFlags.Data();
        var store = CommonFlags.Store();
        var carrier = CommonFlags.Carrier();
        var scope = new Option<string?>("--scope")
        {
            Description = "The run whose confirmations are checked (what stands before the last slash of its keys); without it the newest.",
        };
        var command = new Command("audit", "Audits the inventory against the carrier.") { data, store, carrier, scope };
        command.SetAction((result, cancellationToken) => Complaint.OrExitCodeAsync(async () =>
        {
            var directory = result.GetRequiredValue(data);
            var books = result.GetValue(carrier) is { } address
                ? await CarrierView.AskAsync(address, result.GetValue(scope), cancellationToken)
                : CarrierView.Read(directory, result.GetValue(scope));
            return Run(directory, result.GetValue(store), books, quarantined: null);
        }));
        return command;
    }

    /// <summary>Audits, prints, and gives the exit code.</summary>
    public static int Run(string directory, string? store, CarrierView carrier, IReadOnlySet<string>? quarantined)
    {
        var path = Path.Combine(directory, SimInventory.FileName);
        if (store is null && !File.Exists(path))
            throw new FileNotFoundException($"There is no inventory '{path}': run the reconciliation first, or give its --data directory.");
        var truth = new SimTruth(carrier.Audit.Seed, carrier.Audit.Sims, carrier.Audit.Malformed);
        using var inventory = store is null ? SimInventory.Open(path) : SimInventory.OpenServer(store);
        var report = InventoryAudit.Run(truth, inventory.ReadAll(), quarantined, carrier.Counts);
        AuditPrinter.Print(report, carrier.Audit, Console.Out);
        return report.IsExact ? 0 : 1;
    }
}
