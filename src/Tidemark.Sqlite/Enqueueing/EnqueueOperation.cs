using Tidemark.Enqueueing;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;
using Tidemark.Storage;

namespace Tidemark.Sqlite.Enqueueing;

/// <summary>Accepts a batch of jobs, all or none; in the writer's transaction, or in a user's that passed the gate.</summary>
internal sealed class EnqueueOperation(IReadOnlyList<NewJob> jobs, Lanes lanes) : WriteOperation<EnqueueReply[]>
{
    static readonly string InsertSql = Sql.Load("Enqueueing/Insert");
    static readonly string FindDedupSql = Sql.Load("Enqueueing/FindDedup");
    static readonly string PutDedupSql = Sql.Load("Enqueueing/PutDedup");
    static readonly string HasMemorySql = Sql.Load("Enqueueing/HasMemory");
    static readonly string InheritStreamsSql = Sql.Load("Enqueueing/InheritStreams");
    static readonly string InheritPartitionsSql = Sql.Load("Enqueueing/InheritPartitions");
    static readonly string InheritQuarantineSql = Sql.Load("Enqueueing/InheritQuarantine");
    static readonly string KeepFlagSql = Sql.Load("Settling/KeepFlag");

    public override int Rows => jobs.Count;

    public override bool CanFailHalfWay => true;

    public override void Execute(WriteTransaction transaction)
    {
        var replies = Judge(transaction);
        Answer = replies;
        if (Array.Exists(replies, reply => reply.Verdict == EnqueueVerdict.Conflict)) return;
        for (var at = 0; at < jobs.Count; at++)
        {
            if (replies[at].Verdict == EnqueueVerdict.Created) replies[at] = new(Insert(transaction, jobs[at], lanes), EnqueueVerdict.Created);
            else if (replies[at].Id == default) replies[at] = new(Holder(transaction, jobs[at])!.Value.Job, EnqueueVerdict.Existing);
        }
    }

    /// <summary>Makes one row, due now unless it says otherwise.</summary>
    public static JobId Insert(WriteTransaction transaction, NewJob job, Lanes lanes)
    {
        var now = StoreLaw.ToMilliseconds(transaction.Now);
        var due = job.DueAt is { } at ? StoreLaw.ToMilliseconds(at) : now;
        var inherits = job.Inherits is { } heirOf && Any(transaction.Prepare(HasMemorySql).Bind(1, heirOf.Value));
        transaction.Prepare(InsertSql)
            .Bind(1, lanes.FindOrAdd(transaction, job.Queue, job.Name)).Bind(2, (long)StoreLaw.GateOf(JobState.Pending, due, suspect: false, job.Limit is not null, now))
            .Bind(3, StoreLaw.Rank(due, job.Priority)).Bind(4, due.Ms()).Bind(5, job.Priority).Bind(6, now.Ms()).Bind(7, job.Arguments).Bind(8, job.Tags)
            .Bind(9, job.Parent?.Value).Bind(10, (long?)job.Visit?.Kind).Bind(11, job.Visit?.Stream)
            .Bind(12, job.Dedup is { Scope: DedupScope.UntilSettled } freed ? freed.Key : null).Bind(13, inherits).Bind(14, job.Limit?.Key).Bind(15, job.Limit?.Places).Run();
        var id = new JobId(transaction.LastRowId);
        if (job.Dedup is { } claim) PutDedup(transaction, job.Name, claim, id, now);
        if (inherits) Inherit(transaction, job.Inherits!.Value, id);
        return id;
    }

    static void PutDedup(WriteTransaction transaction, string name, DedupClaim claim, JobId id, DateTimeOffset now) => transaction.Prepare(PutDedupSql)
        .Bind(1, name).Bind(2, claim.Key).Bind(3, id.Value).Bind(4, claim.ArgumentsHash).Bind(5, (long)claim.Scope)
        .Bind(6, claim.Duration is { } duration ? (now + duration).Ms() : null).Run();

    static void Inherit(WriteTransaction transaction, JobId from, JobId heir)
    {
        transaction.Prepare(InheritStreamsSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(InheritPartitionsSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(InheritQuarantineSql).Bind(1, from.Value).Bind(2, heir.Value).Run();
        transaction.Prepare(KeepFlagSql).Bind(1, from.Value).Bind(2, false).Run();
        Memories.ForgetIfDone(transaction, from); // its memos are nobody's now
    }

    static bool Any(Statement row)
    {
        var any = row.Step();
        row.Reset();
        return any;
    }

    // Verdicts without writing anything. The id of an existing sibling of the same batch is not known yet: it stays at its default.
    EnqueueReply[] Judge(WriteTransaction transaction)
    {
        Dictionary<(string, string), string>? siblings = null;
        var replies = new EnqueueReply[jobs.Count];
        for (var at = 0; at < replies.Length; at++)
        {
            replies[at] = new(default, EnqueueVerdict.Created);
            if (jobs[at].Dedup is not { } claim) continue;
            siblings ??= [];
            var known = Holder(transaction, jobs[at]);
            var hash = known?.Hash ?? siblings.GetValueOrDefault((jobs[at].Name, claim.Key));
            if (hash is null) siblings.Add((jobs[at].Name, claim.Key), claim.ArgumentsHash);
            else replies[at] = new(known?.Job ?? default, hash == claim.ArgumentsHash ? EnqueueVerdict.Existing : EnqueueVerdict.Conflict);
        }
        return replies;
    }

    static (JobId Job, string Hash)? Holder(WriteTransaction transaction, NewJob job)
    {
        var row = transaction.Prepare(FindDedupSql).Bind(1, job.Name).Bind(2, job.Dedup!.Key).Bind(3, transaction.Now.Ms());
        (JobId, string)? holder = row.Step() ? (new(row.Int64(0)), row.Text(1)!) : null;
        row.Reset();
        return holder;
    }
}
