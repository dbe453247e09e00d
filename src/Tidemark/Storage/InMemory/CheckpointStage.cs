using Tidemark.Enqueueing;
using Tidemark.Leasing;
using Tidemark.Running;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 3: what an attempt remembers.</summary>
internal sealed class CheckpointStage(Tables tables, EnqueueStage enqueueing)
{
    public JobMemory Recall(JobId job, JobId? parent)
    {
        var row = tables.Jobs.Find(job);
        var own = row?.Memory;
        var owner = row is null ? job : tables.OwnerOfPartition(row)?.Id ?? job; // of what it has set aside
        var steps = own is null ? [] : own.Steps.ToList();
        if (parent is { } id && tables.Jobs.Find(id) is { } above)
            steps.InsertRange(0, above.Memory.Steps.Where(memo => !steps.Exists(step => step.Name == memo.Name)).ToList());
        return new()
        {
            Steps = [.. steps.Select(step => step with { Result = Bytes.Copy(step.Result) })],
            Streams = [.. (own?.Recall() ?? []).Select(stream => stream with { OpenQuarantine = tables.Quarantine.Of(owner).Count(open => open.Stream == stream.Name) })],
            Partitions = [.. Partitions(row)],
        };
    }

    IEnumerable<PartitionMemory> Partitions(JobRow? job)
    {
        var whose = job?.Accepted is { Visit.Kind: VisitKind.Partition } ? tables.OwnerOfPartition(job) : job;
        if (whose is null || whose.Memory.IsEmpty) return [];
        return whose.Memory.Streams
            .OrderBy(stream => stream.Name, StringComparer.Ordinal)
            .SelectMany(stream => stream.Partitions.Select((row, index) => new PartitionMemory
            {
                Stream = stream.Name,
                Index = index,
                Count = stream.Partitions.Count,
                Visit = row.Visit,
                State = row.Done ? JobState.Succeeded : tables.Jobs.Find(row.Visit)?.State ?? JobState.Cancelled,
                Reason = tables.Jobs.Find(row.Visit) is { State: JobState.Failed } failed ? failed.Reason : null,
            }))
            .Where(partition => whose == job || partition.Visit == job!.Id);
    }

    public SaveReply Split(Split split)
    {
        if (tables.Jobs.FindHeld(split.Lease) is not { } job) return new(SaveVerdict.LeaseLost, null);
        if (job.QuarantineOwner != job.Id) throw PartitionLaw.IsVisit(job.Id, split.Stream);
        var now = tables.Now;
        var known = job.Memory.Find(split.Stream);
        if (known is { Partitions.Count: > 0 }) return new(SaveVerdict.Saved, job.Ask);
        if (known is not null) throw PartitionLaw.BegunWhole(job.Id, split.Stream);
        if (job.Ask is { } ask) return new(SaveVerdict.Saved, ask); // nobody walks for a job that is about to leave
        var visit = PartitionLaw.VisitOf(job.Accepted, job.Id, split.Stream);
        job.Memory.FindOrAdd(split.Stream, now).Split(Enumerable.Range(0, split.Partitions).Select(_ => new PartitionRow { Visit = enqueueing.Insert(visit, now) }));
        return new(SaveVerdict.Saved, job.Ask);
    }

    public SaveReply SaveMemo(Lease lease, StepMemo memo)
    {
        if (tables.Jobs.FindHeld(lease) is not { } job) return new(SaveVerdict.LeaseLost, null);
        job.Memory.Put(memo with
        {
            Result = Bytes.Copy(memo.Result),
            ExpiresAt = memo.ExpiresAt is { } at ? StoreLaw.ToMilliseconds(at) : null,
        });
        Clear(job, progress: true, acquitted: false);
        return new(SaveVerdict.Saved, job.Ask);
    }

    public SaveReply Checkpoint(Checkpoint checkpoint)
    {
        if (checkpoint.Rows is null == checkpoint.Effects is null)
            throw new ArgumentException($"The checkpoint of stream '{checkpoint.Stream}' needs rows or effects, one of the two.", nameof(checkpoint));
        if (tables.Jobs.FindHeld(checkpoint.Lease) is not { } job) return new(SaveVerdict.LeaseLost, null);
        var last = job.Memory.Find(checkpoint.Stream)?.Number ?? 0;
        if (checkpoint.Number == last && last > 0) return new(SaveVerdict.Saved, job.Ask);
        if (checkpoint.Number != last + 1)
            throw new InvalidOperationException(
                $"Checkpoint {checkpoint.Number} of stream '{checkpoint.Stream}' of job {job.Id} does not follow the last one, {last}. Recall the stream and go on from there.");
        using var transaction = new MemoryTransaction();
        var rows = checkpoint.Rows ?? Run(checkpoint, transaction);
        Write(job, checkpoint.Stream, rows, tables.Now);
        transaction.End(commit: true);
        return new(SaveVerdict.Saved, job.Ask);
    }

    public string[] SettledAmong(JobId job, string stream, IReadOnlyList<string> keys) =>
        tables.Jobs.Find(job)?.Memory.Find(stream) is { } row ? [.. keys.Where(row.IsSettled)] : [];

    public QuarantinedRow[] ReadReplay(JobId visit, long afterId, int limit) => tables.Jobs.Find(visit)?.Accepted.Parent is { } parent
        ? [.. tables.Quarantine.Of(parent)
            .Where(row => row.Visit == visit && row.Id > afterId)
            .Take(StoreLimits.Page(limit))
            .Select(row => new QuarantinedRow { Id = row.Id, Key = row.Entry.Key, Payload = Bytes.Copy(row.Entry.Payload) })]
        : [];

    public SaveVerdict[] SaveLog(IReadOnlyList<LogNews> news) => [.. news.Select(one =>
    {
        if (tables.Jobs.FindHeld(one.Lease) is not { } job) return SaveVerdict.LeaseLost;
        job.AddLog(one.Lines);
        return SaveVerdict.Saved;
    })];

    static CheckpointRows Run(Checkpoint checkpoint, MemoryTransaction transaction)
    {
        var effects = checkpoint.Effects!.RunAsync(transaction).AsTask();
        return effects.IsCompleted
            ? effects.GetAwaiter().GetResult()
            : throw EffectsAwaited($"stream '{checkpoint.Stream}' of job {checkpoint.Lease.Job}");
    }

    public static InvalidOperationException EffectsAwaited(string whose) =>
        new($"The effects of {whose} waited for something. The in-memory store runs them in one go under its lock: let them make their writes and return.");

    void Write(JobRow job, string name, CheckpointRows rows, DateTimeOffset now)
    {
        var owner = job.QuarantineOwner;
        // Deletions before upserts: a key taken back and set aside again by the same checkpoint stays set aside.
        job.Memory.FindOrAdd(name, now).Save(rows, [.. rows.TakenBack.Where(item => TakeBack(job, name, item.Key))], now);
        foreach (var key in rows.Replayed)
            if (tables.Quarantine.Find(owner, name, key) is { } row && row.Visit == job.Id) Replayed(row);
        foreach (var entry in rows.Quarantined) tables.Quarantine.Put(owner, name, entry, now);
        Clear(job, rows.Progress, rows.Acquitted.Count > 0);
    }

    // False: it is not there any more, or a visit has it.
    bool TakeBack(JobRow job, string stream, string key)
    {
        if (tables.Quarantine.Find(job.QuarantineOwner, stream, key) is not { Visit: null } row) return false;
        if (job.Accepted.Visit is { Kind: VisitKind.QuarantineReplay }) row.Visit = job.Id;
        else tables.Quarantine.Remove(row);
        return true;
    }

    void Replayed(QuarantineRow row)
    {
        // The parent's stream may have gone to an heir by now; its quarantine claimed by this visit has not.
        if (tables.Jobs[row.Job].Memory.Find(row.Stream) is { } stream) stream.MovedByVisits++;
        tables.Quarantine.Remove(row);
    }

    // Progress proves that the last crash was not this job's doing; suspicion ends with it once no item is suspected any more.
    static void Clear(JobRow job, bool progress, bool acquitted)
    {
        if (progress) job.Crashes = 0;
        if ((progress || acquitted) && !job.Memory.HasSuspects) job.IsSuspect = false;
    }
}
