using System.CommandLine;
using SimReconciliation.Carrier;

namespace SimReconciliation.Commands;

/// <summary><c>carrier</c>: the carrier in a process of its own, until a signal stops it.</summary>
internal static class CarrierCommand
{
    public static Command Build()
    {
        var port = new Option<int>("--port") { Description = "The port on loopback; 0 takes a free one.", DefaultValueFactory = _ => 5080 };
        var data = CommonFlags.Data();
        var flags = new CarrierFlags();
        var command = new Command("carrier", "Runs the carrier by itself.") { port, data };
        flags.AddTo(command);
        command.SetAction((result, _) => Complaint.OrExitCodeAsync(async () =>
        {
            await using var carrier = await CarrierHost.StartAsync(
                flags.Read(result), result.GetRequiredValue(data), result.GetValue(port), ownProcess: true);
            Console.WriteLine($"The carrier listens on {carrier.Address}");
            await carrier.WaitForShutdownAsync();
            return 0;
        }));
        return command;
    }
}
