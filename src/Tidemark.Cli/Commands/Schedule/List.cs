using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Scheduling;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule list</c>.</summary>
internal static class List
{
    static readonly Option<string?> After = new("--after") { Description = "Only names after this one: the next page", HelpName = "NAME" };

    internal static Command Create() => new Command("list", "Lists schedules: when, last, next, and what is wrong with each") { After, OperatorCommand.Limit }.Acting(async scene =>
    {
        var facts = await ScheduleFacts.ReadAsync(scene.Store);
        var page = await scene.Store.ListSchedulesAsync(new() { After = scene.Parsed.GetValue(After), Limit = scene.Parsed.GetValue(OperatorCommand.Limit) });
        ScheduleStatus[] schedules = [.. page.Schedules.Select(reading => ScheduleDesk.StatusOf(reading, facts))];
        scene.Report.Rows("schedule", schedules, ScheduleFields.Row);
        if (!scene.Report.IsJson)
        {
            foreach (var (name, trouble) in schedules.SelectMany(schedule => schedule.Troubles.Select(trouble => (schedule.Name, trouble))))
                scene.Report.Say($"{name}: {trouble.Text}\n    {trouble.Remedy}");
        }
        if (schedules.Length == 0) scene.Report.Say("There is no schedule.");
        if (page.Next is { } next) scene.Report.Say($"There are more: tidemark schedule list --after {next}");
        return ExitCode.Done;
    });
}
