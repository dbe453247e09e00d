using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Queue;

/// <summary><c>tidemark queue resume QUEUE</c>.</summary>
internal static class Resume
{
    static readonly Argument<string> Name = new("QUEUE") { Description = "Its name; that of runs is 'run'" };

    internal static Command Create() => new Command("resume", "Claims from a paused queue again") { Name, OperatorCommand.Reason }.Acting(async scene =>
    {
        var queue = scene.Parsed.GetRequiredValue(Name);
        if (await QueueNames.UnknownAsync(scene, queue) is { } unknown)
        {
            scene.Report.Did(new("resume", Outcomes.NotFound) { Queue = queue }, unknown);
            return ExitCode.NotFound;
        }
        await scene.Store.SetQueuePausedAsync(queue, paused: false, OperatorScene.By, scene.Parsed.GetValue(OperatorCommand.Reason));
        scene.Report.Did(new("resume", Outcomes.Done) { Queue = queue }, $"Queue '{queue}' is claimed from again.");
        return ExitCode.Done;
    });
}
