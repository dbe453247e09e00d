using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Schedule;

/// <summary><c>tidemark schedule resume NAME</c>.</summary>
internal static class Resume
{
    internal static Command Create() => new Command("resume", "Goes on with a paused schedule, or one that a clock was ahead of, at its next occurrence").ActingOnOne(async (scene, name) =>
    {
        var changed = await scene.Desk().ResumeAsync(name);
        scene.Report.Did(new("resume", Outcomes.Done) { Schedule = name }, changed
            ? $"Schedule '{name}' goes on. What the pause left out: tidemark schedule catch-up {name} --from INSTANT"
            : $"Schedule '{name}' was not paused.");
        return ExitCode.Done;
    });
}
