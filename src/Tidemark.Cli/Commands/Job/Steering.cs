using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Runs;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Job;

/// <summary>What the steering commands share: one action on one job, and its answer in words.</summary>
internal static class Steering
{
    internal static readonly Argument<long> Id = OperatorCommand.Id();

    internal static async Task<int> ApplyAsync(OperatorScene scene, ControlAction action, string done, DateTimeOffset? until = null)
    {
        var id = new JobId(scene.Parsed.GetValue(Id));
        var reply = await scene.Store.ControlAsync(new()
        {
            Job = id,
            Action = action,
            By = OperatorScene.By,
            Reason = scene.Parsed.GetValue(OperatorCommand.Reason),
            Until = until,
        });
        // What was typed, not what the engine calls it: a failed job is cancelled by a discard.
        var typed = scene.Parsed.CommandResult.Command.Name;
        Acted Did(string outcome) => new(typed, outcome) { Job = id.Value, State = reply.Found, DueAt = until };
        switch (reply.Verdict)
        {
            case ControlVerdict.NotFound:
                return scene.NotFound($"job {id}", Did(Outcomes.NotFound));
            case ControlVerdict.Refused:
                scene.Report.Did(Did(Outcomes.Refused), $"tidemark: job {id} is {reply.Found?.ToString().ToLowerInvariant()}: there is nothing to {typed}; nothing changed. See: tidemark job show {id}");
                return ExitCode.Usage;
            case ControlVerdict.OfPartition:
                var parent = (await scene.Store.GetJobAsync(id))?.Job.Parent;
                scene.Report.Did(Did(Outcomes.Refused), $"tidemark: job {id} walks a partition of job {parent} and cannot be given up alone; nothing changed. Use: tidemark job {typed} {parent}");
                return ExitCode.Usage;
            case ControlVerdict.Asked:
                scene.Report.Did(Did(Outcomes.Asked), $"Job {id} is running: it was asked, and obeys at its next checkpoint.");
                return ExitCode.Done;
            default:
                scene.Report.Did(Did(Outcomes.Done), $"Job {id} {done}.");
                await SayHowItGoesOnAsync(scene, id, action);
                return ExitCode.Done;
        }
    }

    // Due is not running: the commands of a run are known to its command line only.
    static async Task SayHowItGoesOnAsync(OperatorScene scene, JobId id, ControlAction action)
    {
        if (action is not (ControlAction.Retry or ControlAction.Wake) || await scene.Store.GetJobAsync(id) is not { } details || !RunNames.IsRun(details.Job.Name)) return;
        scene.Report.Say("It is a run of tidemark run: the same command line goes on with it.");
    }
}
