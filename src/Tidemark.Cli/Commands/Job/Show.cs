using System.CommandLine;
using System.Text;
using Tidemark.Cli.Output;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Runs;
using Tidemark.Reading;

namespace Tidemark.Cli.Commands.Job;

/// <summary><c>tidemark job show ID</c>: everything on one screen: where it stands, what a stop would cost, what interrupted it, its last words.</summary>
internal static class Show
{
    const int LogLines = 20;

    static readonly Field<JobDetails>[] Head =
    [
        new("id", "job", it => it.Job.Id.Value),
        new("name", "name", it => it.Job.Name),
        new("queue", "queue", it => it.Job.Queue),
        new("state", "state", it => it.Job.State.ToString().ToLowerInvariant()),
        new("reason", "reason", it => EngineWords.ReasonOf(it.Job)),
        new("error", "error", it => it.Error is { } error && CommandFailedException.Shown(error) is var shown && shown != it.Job.Reason ? shown : null),
        new("details", null, it => it.Error is { } error && RunNames.IsRun(it.Job.Name) ? CommandFailedException.WithoutStack(error) : it.Error),
        new("asked", "asked", it => it.Asked is { } ask ? $"to {ask.ToString().ToLowerInvariant()}; it obeys at its next checkpoint" : null),
        new("attempt", "attempt", it => it.Job.Attempt),
        new("failures", null, it => it.Job.Failures),
        new("crashes", null, it => it.Job.Crashes),
        new("worker", "worker", it => it.Job.Worker),
        new("created_at", "created", it => it.Job.CreatedAt),
        new("due_at", "due", it => it.Job.State is JobState.Pending or JobState.Parked ? it.Job.DueAt : null),
        new("started_at", "started", it => it.Job.StartedAt),
        new("finished_at", "finished", it => it.Job.FinishedAt),
        new("parent", "parent", it => it.Job.Parent?.Value),
        new("visits", null, it => it.Visits.Length == 0 ? null : Array.ConvertAll(it.Visits, visit => visit.Value)),
        new(null, "replays", it => Replays(it) is { Length: > 0 } replays ? replays : null),
        new("steps", "steps done", it => it.Steps.Length == 0 ? null : it.Steps),
        new("arguments", "arguments", it => Encoding.UTF8.GetString(it.Arguments)),
        new("result", "result", it => it.Result is { } result ? Encoding.UTF8.GetString(result) : null),
    ];

    static readonly Field<StreamLine>[] Streams =
    [
        new("job", null, it => it.Job.Id.Value),
        new("stream", "stream", it => it.Stream.Name),
        new("done", "done", it => it.Stream.Counters.Done),
        new("total", "total", it => it.Total),
        new("attempt_settled", null, it => it.Stream.Live?.Settled),
        new(null, "this attempt", it => it.Stream.Live is { } live ? $"{live.Settled} settled" : null),
        new("quarantined", "quarantined", it => Some(it.Stream.OpenQuarantine)),
        new("retried", "retried", it => Some(it.Stream.Counters.Retried)),
        new("shifted", "shifted", it => Some(it.Stream.Counters.Shifted)),
        new("waiting_to_retry", "to retry", it => Some(it.Stream.RetryListed)),
        new("ended", null, it => it.Stream.Ended),
        new("rate_per_s", null, it => it.Estimate.PerSecond),
        new(null, "rate", it => it.Estimate.PerSecond is { } rate ? Counts.Rate(rate) : null),
        new("left_low_s", null, it => it.Estimate.Left?.Low),
        new("left_high_s", null, it => it.Estimate.Left?.High),
        new(null, "left", it => it.Estimate.Left is { } left ? Durations.FormatRange(left.Low, left.High, "-") : null),
        new("redo_items", null, it => it.Stream.Live?.Items),
        new("redo_s", null, it => it.Stream.Live is { } live ? TimeSpan.FromMilliseconds(live.Milliseconds) : null),
        new(null, "stop now", it => it.Stream.Live is { } live ? Wording.Redo(new(live.Items, TimeSpan.FromMilliseconds(live.Milliseconds)), null, "at most") : null),
        new("saved_at", "saved", it => it.Saved),
        new("breaker", "stopped for", it => it.Stream.Breaker),
        new("last_failure", "last failure", it => it.Failure),
        new("last_failure_at", "failed at", it => it.Failure is null ? null : it.Stream.Failure?.At),
        new("last_failure_key", null, it => it.Failure is null ? null : it.Stream.Failure?.Key),
    ];

    static readonly Field<InterruptionReading>[] Interruptions =
    [
        new("at", "INTERRUPTED", it => it.At),
        new("attempt", "ATTEMPT", it => it.Attempt),
        new("cause", "CAUSE", it => Words(it.What.Cause.ToString())),
        new("cost_items", null, it => it.What.CostItems < 0 ? null : it.What.CostItems),
        new("cost_s", null, it => it.What.CostMs < 0 ? null : TimeSpan.FromMilliseconds(it.What.CostMs)),
        new("exact", null, it => it.What.Exact),
        new(null, "COST", it => Cost(it.What)),
        new("detail", "DETAIL", it => it.What.Detail),
    ];

    static readonly Field<Settling.LogLine>[] Log = [new("at", "LOGGED", it => it.At), new("level", "LEVEL", it => it.Level), new("text", "TEXT", it => it.Text)];

    static readonly Field<AuditReading>[] Audit =
        [new("at", "ACTED", it => it.At), new("by", "BY", it => it.By), new("action", "ACTION", it => it.Action), new("detail", "DETAIL", it => it.Detail)];

    internal static Command Create() => new Command("show", "Shows everything about one job") { Steering.Id }.Acting(async scene =>
    {
        var id = new JobId(scene.Parsed.GetValue(Steering.Id));
        if (await scene.Store.GetJobAsync(id) is not { } details) return scene.NotFound($"job {id}");
        var report = scene.Report;
        report.One("job", details, Head);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var stream in details.Streams)
        {
            if (!report.IsJson) report.Line("");
            report.One("stream", new StreamLine(stream, details.Job, details.Arguments, Estimate.Of(stream, details.Job, now)), Streams);
        }
        Section(report, "partition", [.. details.Streams.SelectMany(stream => stream.Partitions)], PartitionFields.Of(id));
        // A run's keys are hashes: its own words name the line.
        Section(report, "interruption", Array.ConvertAll(details.Interruptions, it => it with { What = it.What with { Detail = EngineWords.Of(details.Job, it.What.Detail)! } }), OfJob(id, Interruptions));
        Section(report, "audit", details.Audit, OfJob(id, Audit));
        Section(report, "log", [.. details.Log.TakeLast(LogLines)], OfJob(id, Log));
        return ExitCode.Done;
    });

    static void Section<T>(Report report, string type, T[] rows, Field<T>[] fields)
    {
        if (rows.Length > 0 && !report.IsJson) report.Line("");
        report.Rows(type, rows, fields);
    }

    static Field<T>[] OfJob<T>(JobId id, Field<T>[] fields) => [new("job", null, _ => id.Value), .. fields];

    // Those that walk a partition have a line of their own.
    static long[] Replays(JobDetails job) => [.. job.Visits.Except(job.Streams.SelectMany(stream => stream.Partitions).Select(partition => partition.Visit)).Select(visit => visit.Value)];

    static long? Some(long count) => count == 0 ? null : count;

    // LeaseLost is lease_lost to a program.
    static string Words(string name) => string.Concat(name.Select((letter, at) => char.IsUpper(letter) ? $"{(at > 0 ? "_" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));

    sealed record StreamLine(StreamReading Stream, JobReading Job, byte[] Arguments, Estimate Estimate)
    {
        internal long? Total => Stream.Counters.Total ?? (RunNames.IsRun(Job.Name) ? FormerRun.LinesIn(Arguments) : null);

        internal object? Saved => Stream.Counters == default && Stream.Live is not null ? null : Stream.SavedAt;

        // A park is no failure of the item that asked for it.
        internal string? Failure => Stream.Failure is not { } last || last.Error.StartsWith(nameof(ParkJobException), StringComparison.Ordinal) ? null
            : RunNames.IsRun(Job.Name) ? CommandFailedException.Shown(last.Error) : $"{last.Key}: {CommandFailedException.Shown(last.Error)}";
    }

    static string Cost(Settling.Interruption what) => what.CostItems < 0 ? "at most the bound"
        : $"{(what.Exact ? "" : "at most ")}{what.CostItems} {(what.CostItems == 1 ? "item" : "items")}{(what.CostMs > 0 ? $", {Durations.Format(TimeSpan.FromMilliseconds(what.CostMs))}" : "")}";
}
