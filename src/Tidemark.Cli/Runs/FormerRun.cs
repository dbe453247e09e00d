using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tidemark.Cli.Commands;
using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Reading;
using Tidemark.Storage;

namespace Tidemark.Cli.Runs;

/// <summary>What the store knows of the run's name, and what becomes of it when the same command comes again.</summary>
internal sealed class FormerRun(IJobStore store, string jobName)
{
    const string DedupKey = "run";
    const string Command = "command";
    const string Lines = "lines";
    const int Page = 100;

    /// <summary>A run is one job whatever its options are: the same name with others resumes, it does not conflict.</summary>
    const string SameArguments = "run";

    static readonly WorkerId NoWorker = new(0);

    /// <summary>The newest job of this name that is a run and not the replay of one's quarantine; null: there was none.</summary>
    internal async Task<JobDetails?> FindAsync()
    {
        JobId? before = null;
        do
        {
            var page = await store.ListJobsAsync(new JobFilter { Name = jobName, Before = before, Limit = Page });
            if (Array.Find(page.Jobs, job => job.Parent is null) is { } run) return await store.GetJobAsync(run.Id);
            before = page.Next;
        }
        while (before is not null);
        return null;
    }

    /// <summary>Takes what a killed process of this machine has left: without this the run would look as if it were running.</summary>
    internal async Task TakeFromTheDeadAsync()
    {
        const int jobsACall = 500;
        var crashes = new TidemarkOptions().CrashBudget;
        while ((await store.RescueAsync(new() { By = NoWorker, CrashBudget = crashes, ItemCrashBudgets = new Dictionary<(string, string), int>(), Limit = jobsACall })).More)
        {
            // the next piece
        }
    }

    /// <summary>This run, or the replay of its quarantine, that runs now. Asked before this process begins any: it runs elsewhere. Null: none does.</summary>
    internal async Task<JobReading?> FindRunningAsync(JobDetails former)
    {
        if (former.Job.State == JobState.Running) return former.Job;
        foreach (var visit in former.Visits)
        {
            if (await store.GetVerdictAsync(visit) is { State: JobState.Running } && await store.GetJobAsync(visit) is { Job: { State: JobState.Running } replay }) return replay;
        }
        return null;
    }

    /// <summary>The replays of this run's quarantine that have not ended yet, and how many lines they still have.</summary>
    internal async Task<Replays> FindReplaysAsync(JobDetails former)
    {
        var (open, lines) = (new List<JobId>(), 0L);
        foreach (var visit in former.Visits)
        {
            if (await store.GetVerdictAsync(visit) is not { State: JobState.Pending or JobState.Running or JobState.Parked or JobState.Failed }) continue;
            open.Add(visit);
            lines += await CountAsync(visit);
        }
        return new(open, lines);
    }

    async Task<long> CountAsync(JobId visit)
    {
        var (count, after) = (0L, 0L);
        while (await store.ReadReplayAsync(visit, after, Page) is { Length: > 0 } rows)
        {
            count += rows.Length;
            after = rows[^1].Id;
        }
        return count;
    }

    /// <summary>Gives the former run up, so that the next one starts anew.</summary>
    internal async Task GiveUpAsync(JobDetails former)
    {
        var action = former.Job.State == JobState.Failed ? ControlAction.Discard : ControlAction.Cancel;
        await store.ControlAsync(new() { Job = former.Job.Id, Action = action, By = By, Reason = "tidemark run --restart" });
    }

    /// <summary>Makes a job that has not ended due now.</summary>
    internal async Task MakeDueAsync(JobId id)
    {
        if ((await store.GetVerdictAsync(id))?.State == JobState.Failed)
            await store.ControlAsync(new() { Job = id, Action = ControlAction.Retry, By = By, Reason = "the same command was run again" });
        else await store.ControlAsync(new() { Job = id, Action = ControlAction.Wake, By = By, Reason = "the same command was run again" });
    }

    /// <summary>The job that takes over what the ended one has done: there is at most one, however often it is asked for, and however soon it has ended itself.</summary>
    internal async Task<JobId> InheritAsync(RunOptions options, long lines, JobId ended) =>
        await FindAsync() is { } newest && newest.Job.Id != ended ? newest.Job.Id : await EnqueueAsync(options, lines, ended);

    /// <summary>A new job; of one that has ended it takes over what was done.</summary>
    internal async Task<JobId> EnqueueAsync(RunOptions options, long lines, JobId? inherits)
    {
        var replies = await store.EnqueueAsync(
            [
                new NewJob
                {
                    Name = jobName,
                    Queue = RunNames.Queue,
                    Arguments = Arguments(options, lines),
                    Priority = 0,
                    DueAt = null,
                    Tags = null,
                    Dedup = new DedupClaim { Key = DedupKey, ArgumentsHash = SameArguments, Scope = DedupScope.UntilSettled, Duration = null },
                    Parent = null,
                    Visit = null,
                    Inherits = inherits,
                },
            ], null);
        return replies[0].Id;
    }

    internal static string By => $"tidemark run, process {Environment.ProcessId}";

    /// <summary>The command that a run of this name was last begun with, if it was not this one.</summary>
    internal static string? OtherCommand(JobDetails former, RunOptions options)
    {
        using var arguments = JsonDocument.Parse(former.Arguments);
        if (!arguments.RootElement.TryGetProperty(Command, out var command)) return null;
        var words = command.EnumerateArray().Select(word => word.GetString() ?? "").ToArray();
        return words.SequenceEqual(options.Command) ? null : string.Join(' ', words);
    }

    /// <summary>How many lines the run had when it was begun; null: another kind of job.</summary>
    internal static long? LinesIn(byte[] arguments)
    {
        using var json = JsonDocument.Parse(arguments);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(Lines, out var lines) && lines.TryGetInt64(out var count) ? count : null;
    }

    static byte[] Arguments(RunOptions options, long lines)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("run", options.Name);
            json.WriteString("input", options.Input);
            json.WriteStartArray(Command);
            foreach (var argument in options.Command) json.WriteStringValue(argument);
            json.WriteEndArray();
            json.WriteNumber(Lines, lines);
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }
}

/// <summary>What was taken out of quarantine to be tried again.</summary>
internal sealed record Replays(IReadOnlyList<JobId> Visits, long Lines)
{
    internal static Replays None { get; } = new([], 0);
}
