using System.CommandLine;
using Tidemark.Cli.Output;

namespace Tidemark.Cli.Commands.Quarantine;

/// <summary><c>tidemark quarantine drop ITEM…</c>: gives set-aside items up.</summary>
internal static class Drop
{
    static readonly Argument<long[]> Ids = new("ITEM")
    {
        Description = "Items by their number in quarantine list",
        Arity = ArgumentArity.OneOrMore,
    };

    internal static Command Create() => new Command("drop", "Gives set-aside items up: they do not run again") { Ids }.Acting(async scene =>
    {
        var ids = scene.Parsed.GetRequiredValue(Ids);
        var dropped = await scene.Store.DropQuarantineAsync(ids, OperatorScene.By);
        scene.Report.Say($"{dropped} of {Counts.Items(ids.Length)} given up.");
        return dropped == 0 ? ExitCode.NotFound : ExitCode.Done;
    });
}
