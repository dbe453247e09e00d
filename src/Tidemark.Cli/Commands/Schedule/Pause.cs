using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule pause NAME</c>.</summary>
internal static class Pause
{
    internal static Command Create() => new Command("pause", "Enqueues nothing of a schedule any more, until it is resumed") { OperatorCommand.Reason }.ActingOnOne(async (scene, name) =>
    {
        var changed = await scene.Desk().PauseAsync(name, scene.Parsed.GetValue(OperatorCommand.Reason));
        scene.Report.Did(new("pause", Outcomes.Done) { Schedule = name }, $"Schedule '{name}' {(changed ? "is" : "was already")} paused. Resume it: tidemark schedule resume {name}");
        return ExitCode.Done;
    });
}
