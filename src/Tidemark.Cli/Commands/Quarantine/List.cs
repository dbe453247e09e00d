using System.CommandLine;
using System.Text;
using System.Text.Json;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Runs;
using Tidemark.Reading;

namespace Tidemark.Cli.Commands.Quarantine;

/// <summary><c>tidemark quarantine list [JOB]</c>: what was set aside, with the error and the item.</summary>
internal static class List
{
    static readonly Argument<long?> Job = new("JOB") { Description = "Of this job only", Arity = ArgumentArity.ZeroOrOne, CustomParser = Values.IdOrNone };
    static readonly Option<long?> After = new("--after") { Description = "Only with a greater number: the next page", HelpName = "ID", CustomParser = Values.IdOrNone };

    static readonly Field<QuarantineReading>[] Fields =
    [
        new("id", "ID", item => item.Id),
        new("job", "JOB", item => item.Job.Value),
        new("job_name", null, item => item.JobName),
        new("stream", null, item => item.Stream),
        new("key", null, item => item.Key),
        new("item", "ITEM", Item),
        new("failures", "TRIES", item => item.Failures),
        new("at", "AT", item => item.At),
        new("visit", null, item => item.Visit?.Value),
        new("error", "ERROR", item => CommandFailedException.Shown(item.Error)),
        new("details", null, item => RunNames.IsRun(item.JobName) ? CommandFailedException.WithoutStack(item.Error) : item.Error),
    ];

    internal static Command Create() =>
        new Command("list", "Lists items that were set aside") { Job, After, OperatorCommand.Limit }.Acting(async scene =>
        {
            JobId? job = scene.Parsed.GetValue(Job) is { } id ? new JobId(id) : null;
            if (job is { } known && await scene.Store.GetVerdictAsync(known) is null) return scene.NotFound($"job {known}");
            var page = await scene.Store.ListQuarantineAsync(new() { Job = job, After = scene.Parsed.GetValue(After), Limit = scene.Parsed.GetValue(OperatorCommand.Limit) });
            scene.Report.Rows("quarantined", page.Items, Fields);
            if (page.Items.Length == 0) scene.Report.Say("Nothing is in quarantine.");
            if (page.Next is { } next) scene.Report.Say($"There are more: tidemark quarantine list {job} --after {next}");
            return ExitCode.Done;
        });

    /// <summary>A line of a run as its text, anything else as its JSON: a service's item is what its service says, whatever its parts are called.</summary>
    static string Item(QuarantineReading item)
    {
        try
        {
            if (RunNames.IsRun(item.JobName) && Text(item.Payload) is { } line) return line;
        }
        catch (JsonException)
        {
            // kept as it was read, because it could not be made into an item: shown as it is
        }
        return Encoding.UTF8.GetString(item.Payload);
    }

    static string? Text(byte[] payload)
    {
        using var json = JsonDocument.Parse(payload);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
    }
}
