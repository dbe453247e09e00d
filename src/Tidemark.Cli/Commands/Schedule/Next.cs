using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Scheduling;
using Tidemark.Scheduling.Rules;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule next NAME</c>: computed from the stored rule, without the code that declared it.</summary>
internal static class Next
{
    static readonly Option<int> Count = new("-n", "--count")
    {
        Description = "How many",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
        CustomParser = Values.Number(1, DueOccurrences.Most, "--count 20"),
    };

    internal static Command Create() => new Command("next", "Lists the next instants of its rule, by the clock of its zone and in UTC") { Count }.ActingOnOne(async (scene, name) =>
    {
        var instants = await scene.Desk().NextAsync(name, scene.Parsed.GetValue(Count));
        var zone = ZoneOf((await scene.Desk().FindAsync(name))!);
        scene.Report.Rows("next", instants, ScheduleFields.Next(name, zone));
        if (instants.Count == 0) scene.Report.Say("Its rule has no occurrence to come, or counts from the end of a job that runs.");
        return ExitCode.Done;
    });

    static TimeZoneInfo ZoneOf(ScheduleStatus status) => RuleText.Parse(status.Definition, status.Name).Zone;
}
