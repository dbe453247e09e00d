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
        new("error_details", null, it => it.Error),
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
        new("visits", "replays", it => it.Visits.Length == 0 ? null : it.Visits.Select(visit => visit.ToString()).ToArray()),
        new("steps", "steps done", it => it.Steps.Length == 0 ? null : it.Steps),
        new("arguments", "arguments", it => Encoding.UTF8.GetString(it.Arguments)),
        new("result", "result", it => it.Result is { } result ? Encoding.UTF8.GetString(result) : null),
    ];

    static readonly Field<StreamLine>[] Streams =
    [
        new("stream", "STREAM", it => it.Stream.Name),
        new("done", "DONE", it => it.Stream.Counters.Done),
        new("total", "TOTAL", it => it.Stream.Counters.Total),
        new("quarantined", "QUARANTINED", it => it.Stream.OpenQuarantine),
        new("retried", "RETRIED", it => it.Stream.Counters.Retried),
        new("shifted", null, it => it.Stream.Counters.Shifted),
        new("waiting_to_retry", "TO RETRY", it => it.Stream.RetryListed),
        new("ended", "ENDED", it => it.Stream.Ended),
        new("rate", "RATE", it => it.Estimate.PerSecond is { } rate ? Counts.Rate(rate) : null),
        new("left_low_s", null, it => it.Estimate.Left?.Low),
        new("left_high_s", null, it => it.Estimate.Left?.High),
        new("left", "LEFT", it => it.Estimate.Left is { } left ? Durations.FormatRange(left.Low, left.High, "-") : null),
        new("stop_now_items", "STOP NOW: REDO", it => it.Stream.Live?.Items),
        new("stop_now_s", "TIME", it => it.Stream.Live is { } live ? TimeSpan.FromMilliseconds(live.Milliseconds) : null),
        new("saved_at", "SAVED", it => it.Stream.SavedAt),
        new("breaker", "STOPPED BECAUSE", it => it.Stream.Breaker),
        new("last_failure", "LAST FAILURE", it => it.Stream.Failure is { } last ? $"{last.Key}: {CommandFailedException.Shown(last.Error)}" : null),
        new("last_failure_at", null, it => it.Stream.Failure?.At),
    ];

    static readonly Field<InterruptionReading>[] Interruptions =
    [
        new("interrupted_at", "INTERRUPTED", it => it.At),
        new("attempt", "ATTEMPT", it => it.Attempt),
        new("cause", "CAUSE", it => it.What.Cause.ToString()),
        new("cost_items", null, it => it.What.CostItems < 0 ? null : it.What.CostItems),
        new("cost_s", null, it => it.What.CostMs < 0 ? null : TimeSpan.FromMilliseconds(it.What.CostMs)),
        new("exact", null, it => it.What.Exact),
        new("cost", "COST", it => Cost(it.What)),
        new("detail", "DETAIL", it => it.What.Detail),
    ];

    static readonly Field<Settling.LogLine>[] Log = [new("at", "LOGGED", it => it.At), new("level", "LEVEL", it => it.Level), new("text", "TEXT", it => it.Text)];

    static readonly Field<AuditReading>[] Audit =
        [new("acted_at", "ACTED", it => it.At), new("by", "BY", it => it.By), new("action", "ACTION", it => it.Action), new("detail", "DETAIL", it => it.Detail)];

    internal static Command Create() => new Command("show", "Shows everything about one job") { Steering.Id }.Acting(async scene =>
    {
        var id = new JobId(scene.Parsed.GetValue(Steering.Id));
        if (await scene.Store.GetJobAsync(id) is not { } details) return scene.NotFound($"job {id}");
        var report = scene.Report;
        report.One(details, Head);
        var now = TimeProvider.System.GetUtcNow();
        Section(report, Array.ConvertAll(details.Streams, stream => new StreamLine(stream, Estimate.Of(stream, details.Job, now))), Streams);
        // The tables have no room for what is rare.
        if (!report.IsJson)
        {
            foreach (var stream in details.Streams.Where(stream => stream.Counters.Shifted > 0))
                report.Line($"{stream.Name}: {Counts.Items(stream.Counters.Shifted)} came again, moved or vanished while the source was read");
        }
        Section(report, details.Interruptions, Interruptions);
        Section(report, details.Audit, Audit);
        Section(report, [.. details.Log.TakeLast(LogLines)], Log);
        return ExitCode.Done;
    });

    static void Section<T>(Report report, T[] rows, Field<T>[] fields)
    {
        if (rows.Length > 0 && !report.IsJson) report.Line("");
        report.Rows(rows, fields);
    }

    readonly record struct StreamLine(StreamReading Stream, Estimate Estimate);

    static string Cost(Settling.Interruption what) => what.CostItems < 0 ? "at most the bound"
        : $"{(what.Exact ? "" : "at most ")}{what.CostItems} {(what.CostItems == 1 ? "item" : "items")}{(what.CostMs > 0 ? $", {Durations.Format(TimeSpan.FromMilliseconds(what.CostMs))}" : "")}";
}
