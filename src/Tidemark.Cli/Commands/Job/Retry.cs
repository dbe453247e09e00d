using System.CommandLine;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Job;

/// <summary><c>tidemark job retry ID</c>.</summary>
internal static class Retry
{
    internal static Command Create() =>
        new Command("retry", "Retries a failed job from its checkpoints, with its budgets anew") { Steering.Id, OperatorCommand.Reason }
            .Acting(scene => Steering.ApplyAsync(scene, ControlAction.Retry, "is due now and goes on from its checkpoints"));
}
