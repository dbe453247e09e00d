using System.CommandLine;
using Tidemark.Cli.Output;
using Tidemark.Cli.Reports;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Quarantine;

/// <summary><c>tidemark quarantine drop ITEM…</c>: gives set-aside items up, and a replay that has nothing left to do with them.</summary>
internal static class Drop
{
    static readonly Argument<long[]> Ids = new("ITEM")
    {
        Description = "Items by their number in quarantine list",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Values.Ids,
    };

    internal static Command Create() => new Command("drop", "Gives set-aside items up: they do not run again") { Ids }.Acting(async scene =>
    {
        var ids = scene.Parsed.GetRequiredValue(Ids);
        var visits = await VisitsOfAsync(scene, ids);
        var dropped = await scene.Store.DropQuarantineAsync(ids, OperatorScene.By);
        scene.Report.Did(new("drop", dropped == 0 ? Outcomes.NotFound : Outcomes.Done) { Items = dropped }, $"{dropped} of {Counts.Items(ids.Length)} given up.");
        foreach (var visit in visits) await WithdrawIfEmptyAsync(scene, visit);
        return dropped == 0 ? ExitCode.NotFound : ExitCode.Done;
    });

    static async Task<HashSet<JobId>> VisitsOfAsync(OperatorScene scene, long[] ids)
    {
        var visits = new HashSet<JobId>();
        foreach (var id in ids)
        {
            var page = await scene.Store.ListQuarantineAsync(new() { After = id - 1, Limit = 1 });
            if (page.Items is [{ Visit: { } visit } item] && item.Id == id) visits.Add(visit);
        }
        return visits;
    }

    static async Task WithdrawIfEmptyAsync(OperatorScene scene, JobId visit)
    {
        if ((await scene.Store.ReadReplayAsync(visit, 0, 1)).Length > 0) return;
        var failed = (await scene.Store.GetVerdictAsync(visit))?.State == JobState.Failed;
        var reply = await scene.Store.ControlAsync(new()
        {
            Job = visit,
            Action = failed ? ControlAction.Discard : ControlAction.Cancel,
            By = OperatorScene.By,
            Reason = "its items were given up",
        });
        if (reply.Verdict is ControlVerdict.Done or ControlVerdict.Asked) scene.Report.Say($"Their replay, job {visit}, is withdrawn: nothing is left of it.");
    }
}
