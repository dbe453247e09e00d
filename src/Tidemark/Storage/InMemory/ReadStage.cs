using Tidemark.Reading;

namespace Tidemark.Storage.InMemory;

/// <summary>Read models.</summary>
internal sealed class ReadStage(Tables tables)
{
    public JobPage List(JobFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var tag = filter.Tag is null ? null : $",{filter.Tag},";
        var rows = tables.Jobs.NewestFirst(filter.Before)
            .Where(job => filter.States?.Contains(job.State) ?? true)
            .Where(job => filter.Name is null || job.Accepted.Name == filter.Name)
            .Where(job => filter.Queue is null || job.Accepted.Queue == filter.Queue)
            .Where(job => tag is null || (job.Accepted.Tags?.Contains(tag, StringComparison.Ordinal) ?? false))
            .Take(limit + 1)
            .ToList();
        return new() { Jobs = [.. rows.Take(limit).Select(Read)], Next = rows.Count > limit ? rows[limit - 1].Id : null };
    }

    public JobDetails? Get(JobId id) => tables.Jobs.Find(id) is not { } job ? null : new()
    {
        Job = Read(job),
        Arguments = Bytes.Copy(job.Accepted.Arguments),
        Result = Bytes.Copy(job.Result),
        Error = job.Error,
        Steps = [.. job.Memory.Steps.Select(step => step.Name)],
        Streams = PartitionSum.Of(Streams(job), [.. job.Memory.Streams.SelectMany(Partitions)]),
        Interruptions = [.. job.Ledger.TakeLast(StoreLimits.HistoryGiven)],
        Log = [.. job.Log],
        Audit = [.. job.Audit.TakeLast(StoreLimits.HistoryGiven)],
        Visits = [.. job.Visits],
        Asked = job.Ask?.Kind,
    };

    public JobVerdict? GetVerdict(JobId id) => tables.Jobs.Find(id) is not { } job ? null
        : job.State is JobState.Succeeded or JobState.Cancelled or JobState.Failed ? new(job.State, Bytes.Copy(job.Result), job.Error)
        : new(job.State, null, null);

    public QuarantinePage ListQuarantine(QuarantineFilter filter)
    {
        var limit = StoreLimits.Page(filter.Limit);
        var rows = (filter.Job is { } job ? tables.Quarantine.Of(job) : tables.Quarantine.All)
            .Where(row => row.Id > (filter.After ?? 0))
            .Take(limit + 1)
            .ToList();
        return new() { Items = [.. rows.Take(limit).Select(Read)], Next = rows.Count > limit ? rows[limit - 1].Id : null };
    }

    public QueueReading[] ListQueues()
    {
        var now = tables.Now;
        var live = tables.Jobs.OldestFirst().Where(job => job.FinishedAt is null).ToLookup(job => job.Accepted.Queue);
        return [.. live.Select(jobs => jobs.Key).Union(tables.Queues.Keys).Order(StringComparer.Ordinal).Select(name =>
        {
            var row = tables.Queues.GetValueOrDefault(name);
            return new QueueReading
            {
                Name = name,
                Paused = row?.Paused ?? false,
                Reason = row?.Reason,
                Pending = live[name].LongCount(job => job.State == JobState.Pending),
                Running = live[name].LongCount(job => job.State == JobState.Running),
                Parked = live[name].LongCount(job => job.State == JobState.Parked),
                Failed = live[name].LongCount(job => job.State == JobState.Failed),
                OldestDueAt = live[name].Where(job => job.State == JobState.Pending && job.DueAt <= now).Min(job => job.DueAt),
            };
        })];
    }

    public PausedQueue[] ListPausedQueues() =>
        [.. tables.Queues.Where(queue => queue.Value.Paused).OrderBy(queue => queue.Key, StringComparer.Ordinal).Select(queue => new PausedQueue(queue.Key, queue.Value.Reason))];

    public WorkerReading[] ListWorkers()
    {
        var now = tables.Now;
        return [.. tables.Workers.Values.Select(worker => new WorkerReading
        {
            Id = worker.Id,
            Name = worker.Profile.Name,
            Host = worker.Profile.Host,
            ProcessId = worker.Profile.ProcessId,
            StartedAt = worker.StartedAt,
            BeatAge = now - worker.LastBeat,
            Alive = worker.IsAlive(now),
            Draining = worker.Draining,
            JobNames = [.. worker.Profile.JobNames],
            Queues = [.. worker.Profile.Queues],
            Running = worker.Running,
        })];
    }

    public StoreReading GetStore() => new()
    {
        Description = "in memory: nothing survives the process",
        Fault = null,
        Now = tables.Now,
        Facts = [new("durability", "none"), new("jobs", tables.Jobs.Count.ToString()), new("dedup keys", tables.Dedup.Count.ToString())],
    };

    JobReading Read(JobRow job) => new()
    {
        Id = job.Id,
        Name = job.Accepted.Name,
        Queue = job.Accepted.Queue,
        State = job.State,
        Priority = job.Accepted.Priority,
        Attempt = job.Attempt,
        Failures = job.Failures,
        Crashes = job.Crashes,
        IsSuspect = job.IsSuspect,
        CreatedAt = job.CreatedAt,
        DueAt = job.DueAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        Worker = tables.FindWorker(job.Worker)?.Profile.Name,
        Reason = job.Ask?.Reason ?? job.Reason,
        Tags = job.Accepted.Tags,
        Parent = job.Accepted.Parent,
    };

    StreamReading[] Streams(JobRow job) => [.. job.Memory.Streams.Select(stream => Read(job, stream)), .. Unsaved(job)];

    IEnumerable<PartitionReading> Partitions(StreamRow stream) => stream.Partitions.Select((row, index) =>
    {
        var visit = tables.Jobs.Find(row.Visit);
        return new PartitionReading
        {
            Stream = stream.Name,
            Index = index,
            Visit = row.Visit,
            State = row.Done ? JobState.Succeeded : visit?.State ?? JobState.Cancelled,
            Worker = tables.FindWorker(visit?.Worker)?.Profile.Name,
            Reason = visit?.Ask?.Reason ?? visit?.Reason,
            Walked = visit is null ? null : Array.Find(Streams(visit), walked => walked.Name == stream.Name),
        };
    });

    IEnumerable<StreamReading> Unsaved(JobRow job) =>
        tables.FindWorker(job.Worker)?.Presence is { } presence && presence.StreamOf(job.Id, job.Fence) is { } name
            && presence.Gauge(job.Id, job.Fence, name) is { } live && !job.Memory.Streams.Any(stream => stream.Name == name)
            ? [StreamReading.NothingSaved(name, job.StartedAt ?? job.CreatedAt, live)]
            : [];

    StreamReading Read(JobRow job, StreamRow stream) => new()
    {
        Name = stream.Name,
        Counters = stream.Counters,
        RetryListed = stream.RetryList.Count,
        OpenQuarantine = tables.Quarantine.Of(job.Id).Count(row => row.Stream == stream.Name),
        Ended = stream.Ended,
        SavedAt = stream.SavedAt,
        Breaker = stream.Breaker?.Error,
        Pace = stream.Pace,
        Failure = stream.Failure,
        Live = tables.FindWorker(job.Worker)?.Presence.Gauge(job.Id, job.Fence, stream.Name),
    };

    QuarantineReading Read(QuarantineRow row) => new()
    {
        Id = row.Id,
        Job = row.Job,
        JobName = tables.Jobs[row.Job].Accepted.Name,
        Stream = row.Stream,
        Key = row.Entry.Key,
        Payload = Bytes.Copy(row.Entry.Payload),
        Error = row.Entry.Error,
        Failures = row.Entry.Failures,
        At = row.At,
        Visit = row.Visit,
    };
}
