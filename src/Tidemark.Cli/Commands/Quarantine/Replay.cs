using System.CommandLine;
using Tidemark.Cli.Output;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Runs;

namespace Tidemark.Cli.Commands.Quarantine;

/// <summary><c>tidemark quarantine replay JOB</c>: its set-aside items are tried again, by a child job that runs nothing else.</summary>
internal static class Replay
{
    static readonly Argument<long> Id = OperatorCommand.Id();
    static readonly Option<long[]> Items = new("--item") { Description = "Only these, by their number in quarantine list", HelpName = "ID", CustomParser = Values.Ids };

    internal static Command Create() => new Command("replay", "Tries a job's set-aside items again") { Id, Items }.Acting(async scene =>
    {
        var id = new JobId(scene.Parsed.GetValue(Id));
        if (await scene.Store.GetJobAsync(id) is not { } details) return scene.NotFound($"job {id}", new("replay", Outcomes.NotFound) { Job = id.Value });
        var reply = await scene.Store.ReplayAsync(new()
        {
            Job = id,
            Ids = scene.Parsed.GetValue(Items) is { Length: > 0 } only ? only : null,
            By = OperatorScene.By,
        });
        if (reply.Items == 0)
        {
            scene.Report.Did(new("replay", Outcomes.NotFound) { Job = id.Value, Items = 0 }, $"Job {id} has nothing in quarantine that is not being replayed already.");
            return ExitCode.NotFound;
        }
        scene.Report.Did(
            new("replay", Outcomes.Done) { Job = id.Value, Items = reply.Items, Visits = Array.ConvertAll(reply.Visits, visit => visit.Value) },
            $"{Counts.Items(reply.Items)} of job {id} will be tried again by job {string.Join(", ", reply.Visits)}."
            + (RunNames.IsRun(details.Job.Name) ? " The same command line of tidemark run does it." : ""));
        return ExitCode.Done;
    });
}
