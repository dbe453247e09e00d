using System.CommandLine;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Job;

/// <summary><c>tidemark job wake ID</c>.</summary>
internal static class Wake
{
    internal static Command Create() =>
        new Command("wake", "Makes a parked or later-due job due now") { Steering.Id, OperatorCommand.Reason }
            .Acting(scene => Steering.ApplyAsync(scene, ControlAction.Wake, "is due now"));
}
