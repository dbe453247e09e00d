using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Reading;
using Tidemark.Scheduling;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule show NAME</c>.</summary>
internal static class Show
{
    internal static Command Create() => new Command("show", "Shows a schedule: rule, policies, counts, troubles, its last occurrences, who did what").ActingOnOne(async (scene, name) =>
    {
        if (await scene.Store.GetScheduleAsync(name) is not { } details) throw new KeyNotFoundException($"There is no schedule '{name}' in this store. Those that there are: tidemark schedule list.");
        var status = ScheduleDesk.StatusOf(details.Schedule, await ScheduleFacts.ReadAsync(scene.Store));
        var occurrences = await scene.Store.ListOccurrencesAsync(new() { Schedule = name, Limit = 10 });
        scene.Report.One("schedule", status, ScheduleFields.All);
        Space(scene, occurrences.Length);
        scene.Report.Rows("occurrence", occurrences, ScheduleFields.Occurrence(name));
        Space(scene, details.Audit.Length);
        scene.Report.Rows("audit", details.Audit, ScheduleFields.Audit(name));
        return ExitCode.Done;
    });

    static void Space(OperatorScene scene, int rows)
    {
        if (rows > 0 && !scene.Report.IsJson) scene.Report.Line("");
    }
}
