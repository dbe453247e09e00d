using System.CommandLine;
using Tidemark.Cli.Reports;

namespace Tidemark.Cli.Commands.Lock;

/// <summary><c>tidemark lock break TOKEN</c>.</summary>
internal static class Break
{
    static readonly Argument<long> Token = new("TOKEN") { Description = "Of the lock, as tidemark lock list shows it", CustomParser = Values.Id };

    internal static Command Create() => new Command("break", "Takes a lock from its holder, who is told within a beat; the next in line gets it") { Token }.Acting(async scene =>
    {
        var token = scene.Parsed.GetRequiredValue(Token);
        var broken = await scene.Store.BreakLockAsync(token, OperatorScene.By);
        scene.Report.Did(
            new("break", broken ? Outcomes.Done : Outcomes.NotFound) { Token = token },
            broken ? $"The lock with token {token} is taken from its holder." : $"tidemark: nobody has a lock with token {token}. Those there are: tidemark lock list");
        return broken ? ExitCode.Done : ExitCode.NotFound;
    });
}
