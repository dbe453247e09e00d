using System.CommandLine;

namespace Tidemark.Cli.Commands.Queue;

/// <summary><c>tidemark queue resume QUEUE</c>.</summary>
internal static class Resume
{
    static readonly Argument<string> Name = new("QUEUE") { Description = "Its name; that of runs is 'run'" };

    internal static Command Create() => new Command("resume", "Claims from a paused queue again") { Name, OperatorCommand.Reason }.Acting(async scene =>
    {
        var queue = scene.Parsed.GetRequiredValue(Name);
        if (Names.Fault(queue, "queue name") is { } fault) throw new UsageException(fault);
        await scene.Store.SetQueuePausedAsync(queue, paused: false, OperatorScene.By, scene.Parsed.GetValue(OperatorCommand.Reason));
        scene.Report.Say($"Queue '{queue}' is claimed from again.");
        return ExitCode.Done;
    });
}
