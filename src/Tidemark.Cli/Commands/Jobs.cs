using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Reading;

namespace Tidemark.Cli.Commands;

/// <summary><c>tidemark jobs</c>: newest first.</summary>
internal static class Jobs
{
    static readonly Option<JobState[]> State = new("--state") { Description = "Only these: pending, running, parked, failed, succeeded, cancelled; several with commas", HelpName = "STATE", CustomParser = Values.States };
    static readonly Option<string?> Name = new("--name") { Description = "Only of this job name; a run's is run:NAME", HelpName = "NAME" };
    static readonly Option<string?> Queue = new("--queue") { Description = "Only of this queue", HelpName = "QUEUE" };
    static readonly Option<string?> Tag = new("--tag") { Description = "Only with this tag", HelpName = "TAG" };
    static readonly Option<long?> Before = new("--before") { Description = "Only with a smaller number: the next page", HelpName = "ID", CustomParser = Values.IdOrNone };

    internal static Command Create() =>
        new Command("jobs", "Lists jobs, the newest first") { State, Name, Queue, Tag, Before, OperatorCommand.Limit }.Acting(async scene =>
        {
            var parsed = scene.Parsed;
            var page = await scene.Store.ListJobsAsync(new()
            {
                States = parsed.GetValue(State) is { Length: > 0 } states ? states : null,
                Name = parsed.GetValue(Name),
                Queue = parsed.GetValue(Queue),
                Tag = parsed.GetValue(Tag),
                Before = parsed.GetValue(Before) is { } id ? new JobId(id) : null,
                Limit = parsed.GetValue(OperatorCommand.Limit),
            });
            var gone = (await scene.Store.ListWorkersAsync()).Where(worker => !worker.Alive).Select(worker => worker.Name).ToHashSet(StringComparer.Ordinal);
            scene.Report.Rows("job", Array.ConvertAll(page.Jobs, job => Told(job, gone)), JobFields.List);
            if (page.Jobs.Length == 0) scene.Report.Say("No jobs.");
            else if (page.Next is { } next) scene.Report.Say($"There are more: tidemark jobs --before {next}");
            return ExitCode.Done;
        });

    // Until somebody looks after it, the store has it as running.
    static JobReading Told(JobReading job, HashSet<string> gone) => job is { State: JobState.Running, Worker: { } worker } && gone.Contains(worker)
        ? job with { Reason = $"its worker {worker} is gone" }
        : job;
}
