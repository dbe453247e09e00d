using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule catch-up NAME --from INSTANT [--to INSTANT]</c>.</summary>
internal static class CatchUp
{
    static readonly Option<DateTimeOffset> From = new("--from") { Description = "The first instant of the window", HelpName = "INSTANT", Required = true, CustomParser = Values.Instant };
    static readonly Option<DateTimeOffset?> To = new("--to") { Description = "The last; left out: now", HelpName = "INSTANT", CustomParser = text => Values.Instant(text) };

    internal static Command Create() => new Command("catch-up", "Makes up for the occurrences of a window that had no job") { From, To }.ActingOnOne(async (scene, name) =>
    {
        var count = await scene.Desk().CatchUpAsync(name, scene.Parsed.GetValue(From), scene.Parsed.GetValue(To) ?? DateTimeOffset.MaxValue);
        scene.Report.Did(new("catch-up", Outcomes.Done) { Schedule = name, Occurrences = count }, count == 0
            ? $"Every occurrence of schedule '{name}' in this window had its job."
            : $"{count} of schedule '{name}' will be run. See them: tidemark schedule show {name}");
        return ExitCode.Done;
    });
}
