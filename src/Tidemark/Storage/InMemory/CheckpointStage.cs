using Tidemark.Leasing;
using Tidemark.Running;

namespace Tidemark.Storage.InMemory;

/// <summary>Stage 3: what an attempt remembers.</summary>
internal sealed class CheckpointStage(Tables tables)
{
    public JobMemory Recall(JobId job, JobId? parent)
    {
        var own = tables.Jobs.Find(job)?.Memory;
        var steps = own is null ? [] : own.Steps.ToList();
        if (parent is { } id && tables.Jobs.Find(id) is { } above)
            steps.InsertRange(0, above.Memory.Steps.Where(memo => !steps.Exists(step => step.Name == memo.Name)).ToList());
        return new()
        {
            Steps = [.. steps.Select(step => step with { Result = Bytes.Copy(step.Result) })],
            Streams = [.. (own?.Recall() ?? []).Select(stream => stream with { OpenQuarantine = tables.Quarantine.Of(job).Count(row => row.Stream == stream.Name) })],
        };
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
        if (row.Job == job.Id) tables.Quarantine.Remove(row);
        else row.Visit = job.Id;
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
