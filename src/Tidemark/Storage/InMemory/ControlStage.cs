using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Lifecycle;

namespace Tidemark.Storage.InMemory;

/// <summary>Steering, each change with its audit row.</summary>
internal sealed class ControlStage(Tables tables, Mover mover, EnqueueStage enqueueing)
{
    static JobEvent EventOf(ControlAction action) => action switch
    {
        ControlAction.Cancel => JobEvent.Cancel,
        ControlAction.Retry => JobEvent.Resume,
        ControlAction.Park => JobEvent.Park,
        ControlAction.Wake => JobEvent.Wake,
        ControlAction.Discard => JobEvent.Discard,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, $"There is no action {action}. Use one of {nameof(ControlAction)}."),
    };

    public ControlReply Control(ControlRequest request)
    {
        var happened = EventOf(request.Action);
        if (tables.Jobs.Find(request.Job) is not { } job) return new(ControlVerdict.NotFound, null);
        var (found, now) = (job.State, tables.Now);
        if (!Transitions.IsTerminal(found) && PartitionLaw.IsRefused(request.Action, job.Accepted.Visit) && IsOfLive(job)) return new(ControlVerdict.OfPartition, found);
        var verdict = found == JobState.Running ? Ask(job, request)
            : request.Action == ControlAction.Wake && found == JobState.Pending ? Hurry(job, now)
            : Transitions.Next(found, happened) is null ? ControlVerdict.Refused
            : Apply(job, request, happened, now);
        if (!Transitions.IsTerminal(found) && PartitionLaw.GoesOnToVisits(request.Action)) verdict = PartitionLaw.Together(verdict, [.. Visits(job).Select(visit => Control(request with { Job = visit }).Verdict)]);
        if (verdict != ControlVerdict.Refused) job.Audit.Add(new(now, request.By, request.Action.ToString(), request.Reason));
        return new(verdict, found);
    }

    public ReplayReply Replay(ReplayRequest request)
    {
        if (tables.Jobs.Find(request.Job) is not { } parent) return new() { Visits = [], Items = 0 };
        var now = tables.Now;
        var streams = tables.Quarantine.Of(parent.Id)
            .Where(row => row.Visit is null && (request.Stream is null || row.Stream == request.Stream) && (request.Ids?.Contains(row.Id) ?? true))
            .GroupBy(row => row.Stream)
            .OrderBy(stream => stream.Key, StringComparer.Ordinal)
            .Select(stream => (Name: stream.Key, Rows: stream.ToList()))
            .ToList();
        var visits = new List<JobId>();
        foreach (var (stream, rows) in streams)
        {
            var visit = enqueueing.Insert(parent.Accepted with
            {
                DueAt = null,
                Dedup = null,
                Inherits = null,
                Parent = parent.Id,
                Visit = new() { Stream = stream, Kind = VisitKind.QuarantineReplay },
            }, now);
            rows.ForEach(row => row.Visit = visit);
            visits.Add(visit);
            parent.Audit.Add(new(now, request.By, "Replay", $"{rows.Count} of stream '{stream}' by visit {visit}"));
        }
        return new() { Visits = [.. visits], Items = streams.Sum(stream => stream.Rows.Count) };
    }

    public int Drop(IReadOnlyList<long> ids, string by)
    {
        var now = tables.Now;
        var rows = ids.Distinct().Select(tables.Quarantine.Find).OfType<QuarantineRow>().ToList();
        rows.ForEach(tables.Quarantine.Remove);
        foreach (var ofJob in rows.GroupBy(row => row.Job).OrderBy(group => group.Key.Value))
        {
            var job = tables.Jobs[ofJob.Key];
            job.Audit.Add(new(now, by, "DropQuarantine", $"{ofJob.Count()} dropped: {string.Join(", ", ofJob.Take(10).Select(row => row.Entry.Key))}"));
            mover.ForgetIfDone(job);
        }
        return rows.Count;
    }

    public void SetPaused(string queue, bool paused, string by, string? reason)
    {
        if (!tables.Queues.TryGetValue(queue, out var row)) tables.Queues.Add(queue, row = new());
        (row.Paused, row.Reason) = (paused, paused ? reason : null);
        row.Audit.Add(new(tables.Now, by, paused ? "Pause" : "Resume", reason));
        tables.WorkCame |= !paused;
    }

    static ControlVerdict Ask(JobRow job, ControlRequest request)
    {
        // A cancel that was asked is never softened to a park.
        if (request.Action is not (ControlAction.Cancel or ControlAction.Park) ||
            (request.Action == ControlAction.Park && job.Ask?.Kind == AskKind.Cancel)) return ControlVerdict.Refused;
        var parks = request.Action == ControlAction.Park;
        job.Ask = new()
        {
            Job = job.Id,
            Kind = parks ? AskKind.Park : AskKind.Cancel,
            Until = parks ? Until(request) : null,
            Reason = request.Reason ?? $"asked by {request.By}",
        };
        return ControlVerdict.Asked;
    }

    bool IsOfLive(JobRow visit) => tables.OwnerOfPartition(visit) is { } owner && !Transitions.IsTerminal(owner.State);

    static List<JobId> Visits(JobRow job) => [.. job.Memory.Streams.SelectMany(stream => stream.Partitions).Where(partition => !partition.Done).Select(partition => partition.Visit)];

    ControlVerdict Hurry(JobRow job, DateTimeOffset now)
    {
        if (job.Gate != Gate.Due) return ControlVerdict.Done;
        tables.Jobs.Displace(job);
        Hasten(job, now);
        job.DueAt = now;
        tables.Jobs.Place(job, now);
        tables.WorkCame = true;
        return ControlVerdict.Done;
    }

    ControlVerdict Apply(JobRow job, ControlRequest request, JobEvent happened, DateTimeOffset now)
    {
        if (request.Action == ControlAction.Wake) Hasten(job, now);
        if (request.Action == ControlAction.Retry) (job.Failures, job.Crashes) = (0, 0);
        if (request.Action == ControlAction.Discard)
        {
            job.KeepsMemory = false;
            foreach (var row in tables.Quarantine.Of(job.Id).ToList()) tables.Quarantine.Remove(row);
        }
        mover.Apply(job, happened, request.Action == ControlAction.Park ? Until(request) : now, now);
        job.Reason = job.State == JobState.Pending ? null : request.Reason;
        return ControlVerdict.Done;
    }

    // Whoever wakes a job wants it now: it must not queue by the date it was once put off to. Only for rows that no index holds by rank.
    static void Hasten(JobRow job, DateTimeOffset now) => job.Rank = Math.Min(job.Rank, StoreLaw.Rank(now, job.Accepted.Priority));

    static DateTimeOffset? Until(ControlRequest request) => request.Until is { } until ? StoreLaw.ToMilliseconds(until) : null;
}
