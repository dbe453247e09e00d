using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Queue;

/// <summary><c>tidemark queue pause QUEUE</c>.</summary>
internal static class Pause
{
    static readonly Argument<string> Name = new("QUEUE") { Description = "Its name; that of runs is 'run'" };

    internal static Command Create() => new Command("pause", "Claims nothing from a queue any more; what runs goes on") { Name, OperatorCommand.Reason }.Acting(async scene =>
    {
        var queue = scene.Parsed.GetRequiredValue(Name);
        if (await QueueNames.UnknownAsync(scene, queue) is { } unknown)
        {
            scene.Report.Did(new("pause", Outcomes.NotFound) { Queue = queue }, unknown);
            return ExitCode.NotFound;
        }
        await scene.Store.SetQueuePausedAsync(queue, paused: true, OperatorScene.By, scene.Parsed.GetValue(OperatorCommand.Reason));
        scene.Report.Did(new("pause", Outcomes.Done) { Queue = queue }, $"Queue '{queue}' is paused: nothing of it starts. Resume it: tidemark queue resume {queue}");
        return ExitCode.Done;
    });
}
