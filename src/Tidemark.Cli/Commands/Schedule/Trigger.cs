using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule trigger NAME</c>.</summary>
internal static class Trigger
{
    internal static Command Create() => new Command("trigger", "Enqueues the job of a schedule now, beside its rule") { OperatorCommand.Reason }.ActingOnOne(async (scene, name) =>
    {
        var job = await scene.Desk().TriggerAsync(name, scene.Parsed.GetValue(OperatorCommand.Reason));
        scene.Report.Did(new("trigger", Outcomes.Done) { Schedule = name, Job = job.Value }, $"Job {job} of schedule '{name}' is enqueued. See it: tidemark job show {job}");
        return ExitCode.Done;
    });
}
