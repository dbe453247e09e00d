using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Scheduling;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary>What the commands for one schedule share.</summary>
internal static class ScheduleCommand
{
    internal static Argument<string> Name { get; } = new("NAME") { Description = "Its name, as tidemark schedule list shows it" };

    internal static ScheduleDesk Desk(this OperatorScene scene) => new(scene.Store, OperatorScene.By);

    /// <summary>Acts on the one that is named; one that there is not is told as such.</summary>
    internal static Command ActingOnOne(this Command command, Func<OperatorScene, string, Task<int>> act)
    {
        command.Add(Name);
        return command.Acting(async scene =>
        {
            var name = scene.Parsed.GetRequiredValue(Name);
            if (Names.Fault(name, "schedule name") is { } fault) throw new UsageException(fault);
            try
            {
                return await act(scene, name);
            }
            catch (KeyNotFoundException unknown)
            {
                scene.Report.Did(new(command.Name, Outcomes.NotFound) { Schedule = name }, $"tidemark: {unknown.Message}");
                return ExitCode.NotFound;
            }
            catch (ArgumentException mistake)
            {
                throw new UsageException(mistake.Message.Split(" (Parameter")[0]);
            }
        });
    }
}
