using System.CommandLine;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Job;

/// <summary><c>tidemark job park ID</c>.</summary>
internal static class Park
{
    static readonly Option<string?> Until = new("--until")
    {
        Description = "When it is due again: 2h, or 2026-11-21T05:00:00Z (default: until it is woken)",
        HelpName = "TIME",
    };

    internal static Command Create() =>
        new Command("park", "Puts a job aside; a running one leaves at its next checkpoint") { Steering.Id, Until, OperatorCommand.Reason }.Acting(scene =>
        {
            var until = OperatorCommand.Instant(scene.Parsed.GetValue(Until), TimeProvider.System.GetUtcNow());
            return Steering.ApplyAsync(scene, ControlAction.Park, until is null ? "is parked until it is woken" : $"is parked until {until:yyyy-MM-dd HH:mm:ss'Z'}", until);
        });
}
