using Tidemark.Cli.Runs;
using Tidemark.Reading;

namespace Tidemark.Cli.Reports;

/// <summary>How jobs are shown in lists.</summary>
internal static class JobFields
{
    internal static Field<JobReading>[] List { get; } =
    [
        new("id", "ID", job => job.Id.Value),
        new("name", "NAME", job => job.Name),
        new("queue", null, job => job.Queue),
        new("state", "STATE", job => job.State.ToString().ToLowerInvariant()),
        new("attempt", "ATTEMPT", job => job.Attempt),
        new("failures", null, job => job.Failures),
        new("crashes", null, job => job.Crashes),
        new("suspect", null, job => job.IsSuspect),
        new("priority", null, job => job.Priority),
        new("created_at", "CREATED", job => job.CreatedAt),
        new("due_at", "DUE", job => job.State is JobState.Pending or JobState.Parked ? job.DueAt : null),
        new("started_at", null, job => job.StartedAt),
        new("finished_at", null, job => job.FinishedAt),
        new("worker", null, job => job.Worker),
        new("parent", null, job => job.Parent?.Value),
        new("tags", null, job => job.Tags?.Trim(',').Split(',')),
        new("reason", "REASON", EngineWords.ReasonOf),
    ];
}
