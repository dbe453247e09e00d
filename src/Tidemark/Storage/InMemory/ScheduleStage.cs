using Tidemark.Reading;
using Tidemark.Scheduling;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 0: rows, and changes by compare and set.</summary>
internal sealed class ScheduleStage(Tables tables, EnqueueStage enqueueing)
{
    public DueSchedules ReadDue(int limit)
    {
        var now = tables.Now;
        return new() { Schedules = [.. tables.Schedules.Due(now).Take(StoreLimits.Page(limit)).Select(Read)], NextWakeAt = tables.Schedules.NextWakeAt, Now = now };
    }

    public SchedulePage List(ScheduleFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var found = tables.Schedules.All
            .Where(row => filter.After is null || string.CompareOrdinal(row.Row.Name, filter.After) > 0)
            .Where(row => filter.Owner is null || row.Row.Owner == filter.Owner)
            .Where(row => filter.Names is null || filter.Names.Contains(row.Row.Name))
            .Where(row => filter.TroubledBefore is not { } before || IsTroubled(row, before, filter.DecidedBeyond))
            .Take(limit + 1).ToList();
        return new() { Schedules = [.. found.Take(limit).Select(Read)], Next = found.Count > limit ? found[limit - 1].Row.Name : null, Now = tables.Now };
    }

    public ScheduleDetails? Get(string name) => tables.Schedules.Find(name) is { } row
        ? new(Read(row), [.. row.Audit.TakeLast(StoreLimits.HistoryGiven)], tables.Now)
        : null;

    public OccurrenceReading[] ListOccurrences(OccurrenceFilter filter) => tables.Schedules.Find(filter.Schedule) is { } row
        ? [.. row.Occurrences.Values.Reverse().Where(one => (filter.From is not { } from || one.At >= from) && (filter.To is not { } to || one.At <= to)).Take(StoreLimits.Page(filter.Limit))]
        : [];

    public ScheduleReply[] Change(IReadOnlyList<ScheduleChange> changes)
    {
        var now = tables.Now;
        return [.. changes.Select(change => Change(change, now))];
    }

    ScheduleReply Change(ScheduleChange change, DateTimeOffset now)
    {
        if ((tables.Schedules.Find(change.Row.Name)?.Version ?? 0) != change.Expected) return new(ScheduleVerdict.Moved, []);
        var row = tables.Schedules.Put(change.Row);
        var jobs = new JobId?[change.Jobs.Length];
        for (var at = 0; at < jobs.Length; at++)
        {
            var (instant, kind, job) = (StoreLaw.ToMilliseconds(change.Jobs[at].At), change.Jobs[at].Kind, change.Jobs[at].Job);
            if (row.Occurrences.ContainsKey(instant)) continue;
            var id = enqueueing.Insert(job, now);
            row.Occurrences.Add(instant, new(instant, kind, id, now));
            row.LastJob = jobs[at] = id;
        }
        if (change.ForgetBefore is { } before)
            foreach (var old in row.Occurrences.Keys.TakeWhile(instant => instant < before).ToList()) row.Occurrences.Remove(old);
        if (change.Audit is { } audit) row.Audit.Add(new(now, audit.By, audit.Action, audit.Detail));
        return new(ScheduleVerdict.Done, jobs);
    }

    bool IsTroubled(ScheduleEntryRow row, DateTimeOffset before, DateTimeOffset? decided) =>
        row.Row.DecidedUntil > decided || row.Row.Fault is not null || row.Row.Rest is ScheduleRest.Paused or ScheduleRest.Orphaned || row.Row.WakeAt < before ||
        (row.LastJob is { } id && tables.Jobs.Find(id) is { State: JobState.Pending, Attempt: 0 } job && job.DueAt < before);

    ScheduleReading Read(ScheduleEntryRow row) => new()
    {
        Row = row.Row with { Arguments = Bytes.Copy(row.Row.Arguments) },
        Version = row.Version,
        LastJob = row.LastJob is not { } id ? null
            : tables.Jobs.Find(id) is { } job ? new() { Id = id, State = job.State, Attempt = job.Attempt, DueAt = job.DueAt, StartedAt = job.StartedAt, FinishedAt = job.FinishedAt, Reason = job.FinishedAt is null ? job.Reason : null }
            : new() { Id = id, State = null, Attempt = 0, DueAt = null, StartedAt = null, FinishedAt = null },
    };
}
