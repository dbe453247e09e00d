using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Dead;

/// <summary><c>tidemark dead list</c>: failed jobs, which rest until a person decides.</summary>
internal static class List
{
    internal static Command Create() => new Command("list", "Lists failed jobs: each rests until it is retried or cancelled") { OperatorCommand.Limit }.Acting(async scene =>
    {
        var page = await scene.Store.ListJobsAsync(new() { States = [JobState.Failed], Limit = scene.Parsed.GetValue(OperatorCommand.Limit) });
        scene.Report.Rows("job", page.Jobs, JobFields.List);
        if (page.Next is { } next) scene.Report.Say($"There are more: tidemark jobs --state failed --before {next}");
        if (page.Jobs.Length == 0) scene.Report.Say("No failed jobs.");
        return ExitCode.Done;
    });
}
