using Tidemark.Reading;
using Tidemark.Scheduling;

namespace Tidemark.Cli.Reports;

/// <summary>Schedules, their occurrences and what was done to them, in tables and objects.</summary>
internal static class ScheduleFields
{
    internal static Field<ScheduleStatus>[] Row { get; } =
    [
        new("schedule", "SCHEDULE", it => it.Name),
        new("description", "WHEN", it => it.Description),
        new("last_at", "LAST", it => it.LastAt),
        new("last_state", "", it => it.LastJobState?.ToString().ToLowerInvariant()),
        new("next_at", "NEXT", it => it.NextAt),
        new("missed", "MISSED", it => it.Missed),
        new("troubles", "TROUBLE", it => it.Troubles.Select(trouble => trouble.Kind).ToArray()),
        new("definition", null, it => it.Definition),
        new("application", null, it => it.Application),
        new("job_name", null, it => it.Job),
        new("job", null, it => it.LastJob?.Value),
        new("waiting", null, it => it.Waiting),
        new("fired", null, it => it.Fired),
        new("skipped", null, it => it.Skipped),
        new("anchor_at", null, it => it.Anchor),
        new("declared_at", null, it => it.DeclaredAt),
    ];

    internal static Field<ScheduleStatus>[] All { get; } =
    [
        new("schedule", "Schedule", it => it.Name),
        new("description", "When", it => it.Description),
        new("definition", "Definition", it => it.Definition),
        new("application", "Declared by", it => it.Application),
        new("declared_at", "Since", it => it.DeclaredAt),
        new("anchor_at", "Anchor", it => it.Anchor),
        new("job_name", "Job", it => it.Job),
        new("queue", "Queue", it => it.Queue),
        new("misfire", "Misfire", it => it.Misfire.ToString()),
        new("overlap", "Overlap", it => it.Overlap.ToString()),
        new("last_at", "Last", it => it.LastAt),
        new("job", "Last job", it => it.LastJob?.Value),
        new("last_state", "which is", it => it.LastJobState?.ToString().ToLowerInvariant()),
        new("next_at", "Next", it => it.NextAt),
        new("fired", "Jobs", it => it.Fired),
        new("missed", "Missed", it => it.Missed),
        new("skipped", "Skipped", it => it.Skipped),
        new("waiting", "Waiting", it => it.Waiting),
        new("troubles", null, it => it.Troubles.Select(trouble => trouble.Kind).ToArray()),
        new("why", "Trouble", it => it.Troubles.Count == 0 ? null : string.Join("; ", it.Troubles.Select(trouble => trouble.Text))),
        new("remedy", "Remedy", it => it.Troubles.Count == 0 ? null : it.Troubles[0].Remedy),
    ];

    internal static Field<OccurrenceReading>[] Occurrence(string schedule) =>
    [
        new("schedule", null, _ => schedule),
        new("at", "OCCURRENCE", it => it.At),
        new("occurrence_kind", "KIND", it => it.Kind switch { OccurrenceKind.CatchUp => "catch-up", OccurrenceKind.Trigger => "trigger", _ => "regular" }),
        new("job", "JOB", it => it.Job.Value),
        new("enqueued_at", "ENQUEUED", it => it.EnqueuedAt),
    ];

    internal static Field<AuditReading>[] Audit(string schedule) =>
    [
        new("schedule", null, _ => schedule),
        new("at", "AT", it => it.At),
        new("by", "BY", it => it.By),
        new("action", "ACTION", it => it.Action),
        new("detail", "DETAIL", it => it.Detail),
    ];

    internal static Field<DateTimeOffset>[] Next(string schedule, TimeZoneInfo zone) =>
    [
        new("schedule", null, _ => schedule),
        new("at", "UTC", it => it),
        new("local", zone.Id, it => TimeZoneInfo.ConvertTime(it, zone).ToString("ddd yyyy-MM-dd HH:mm:ss zzz", System.Globalization.CultureInfo.InvariantCulture)),
    ];
}
