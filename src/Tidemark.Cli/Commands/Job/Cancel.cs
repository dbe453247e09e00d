using System.CommandLine;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Job;

/// <summary><c>tidemark job cancel ID</c>: also gives a failed job up, which the engine calls a discard.</summary>
internal static class Cancel
{
    internal static Command Create() =>
        new Command("cancel", "Cancels a job; a running one leaves at its next checkpoint, a failed one is given up") { Steering.Id, OperatorCommand.Reason }
            .Acting(async scene =>
            {
                var failed = (await scene.Store.GetVerdictAsync(new JobId(scene.Parsed.GetValue(Steering.Id))))?.State == JobState.Failed;
                return await Steering.ApplyAsync(scene, failed ? ControlAction.Discard : ControlAction.Cancel, "is cancelled");
            });
}
