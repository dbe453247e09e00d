using System.CommandLine;
using Tidemark.Cli.Output;
using Tidemark.Cli.Reports;
using Tidemark.Controlling;

namespace Tidemark.Cli.Commands.Dead;

/// <summary><c>tidemark dead replay</c>: retries failed jobs, each from its checkpoints.</summary>
internal static class Replay
{
    const int Page = 500;

    static readonly Argument<long[]> Ids = new("ID") { Description = "These jobs", Arity = ArgumentArity.ZeroOrMore, CustomParser = Values.Ids };
    static readonly Option<bool> All = new("--all") { Description = "All that have failed" };
    static readonly Option<string?> Name = new("--name") { Description = "With --all: only of this job name", HelpName = "NAME" };

    internal static Command Create() => new Command("replay", "Retries failed jobs from their checkpoints") { Ids, All, Name, OperatorCommand.Reason }.Acting(async scene =>
    {
        var said = scene.Parsed.GetValue(Ids) ?? [];
        var all = scene.Parsed.GetValue(All);
        if (all == said.Length > 0) throw new UsageException("say which failed jobs: their numbers (tidemark dead list), or --all.");
        var retried = 0;
        foreach (var id in all ? await FailedAsync(scene) : [.. said.Select(id => new JobId(id))])
        {
            var reply = await scene.Store.ControlAsync(new()
            {
                Job = id,
                Action = ControlAction.Retry,
                By = OperatorScene.By,
                Reason = scene.Parsed.GetValue(OperatorCommand.Reason),
            });
            var acted = new Acted("replay", Outcome(reply.Verdict)) { Job = id.Value, State = reply.Found };
            if (reply.Verdict == ControlVerdict.Done)
            {
                retried++;
                scene.Report.Did(acted, $"Job {id} is due now.");
            }
            else scene.Report.Did(acted, $"Job {id} is {reply.Found?.ToString().ToLowerInvariant() ?? "not in this store"}: not retried.");
        }
        scene.Report.Say($"{Counts.Items(retried, "job")} due now, to go on from {(retried == 1 ? "its" : "their")} checkpoints.");
        return retried == 0 && !all ? ExitCode.NotFound : ExitCode.Done;
    });

    static string Outcome(ControlVerdict verdict) => verdict switch
    {
        ControlVerdict.Done => Outcomes.Done,
        ControlVerdict.NotFound => Outcomes.NotFound,
        _ => Outcomes.Refused,
    };

    static async Task<List<JobId>> FailedAsync(OperatorScene scene)
    {
        var failed = new List<JobId>();
        JobId? before = null;
        do
        {
            var page = await scene.Store.ListJobsAsync(new() { States = [JobState.Failed], Name = scene.Parsed.GetValue(Name), Before = before, Limit = Page });
            failed.AddRange(page.Jobs.Select(job => job.Id));
            before = page.Next;
        }
        while (before is not null);
        return failed;
    }
}
