using Tidemark.Enqueueing;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;
using Tidemark.Storage;

namespace Tidemark.PostgreSql.Enqueueing;

/// <summary>Accepts a batch of jobs, all or none, by arrays: with those of others where nothing has to be looked up for it; in a transaction of the store's, or in a user's.</summary>
internal sealed class EnqueueOperation(IReadOnlyList<NewJob> jobs, Lanes lanes, InsertSet set, int copyFrom) : WriteOperation<EnqueueReply[]>
{
    static readonly Sql FindDedupSql = Sql.Load("Enqueueing/FindDedup");
    static readonly Sql PutDedupSql = Sql.Load("Enqueueing/PutDedup");

    /// <summary>It may have to wait for somebody who is about to take one of its keys.</summary>
    public bool HasKeys { get; } = jobs.Any(job => job.Dedup is not null);

    public override int Rows => jobs.Count;

    public override WriteSet? Set { get; } = jobs.Count > 0 && jobs.Count < copyFrom && jobs.All(job => job is { Dedup: null, Inherits: null }) ? set : null;

    /// <summary>For its set.</summary>
    public IReadOnlyList<NewJob> Jobs => jobs;

    /// <summary>Keys are locked in their order: with those of others in one transaction they would not be. What is copied is enough for a commit.</summary>
    public override bool RunsAlone => HasKeys || jobs.Count >= copyFrom;

    public override void Execute(WriteTransaction transaction)
    {
        var replies = HasKeys ? Judge(transaction) : [.. jobs.Select(_ => new EnqueueReply(default, EnqueueVerdict.Created))];
        Answer = replies;
        if (Array.Exists(replies, reply => reply.Verdict == EnqueueVerdict.Existing)) transaction.Vouch();
        if (jobs.Count == 0 || Array.Exists(replies, reply => reply.Verdict == EnqueueVerdict.Conflict)) return;
        var places = Enumerable.Range(0, jobs.Count).Where(at => replies[at].Verdict == EnqueueVerdict.Created).ToArray();
        var created = places.Length == jobs.Count ? jobs : [.. places.Select(at => jobs[at])];
        var ids = NewRows.Insert(transaction, created, lanes);
        for (var i = 0; i < ids.Length; i++) replies[places[i]] = new(ids[i], EnqueueVerdict.Created);
        if (HasKeys) TakeKeys(transaction, replies);
    }

    /// <summary>By its set: the next rows are its own.</summary>
    public void Read(Row rows)
    {
        var replies = new EnqueueReply[jobs.Count];
        for (var at = 0; at < replies.Length && rows.Step(); at++) replies[at] = new(new(rows.Int64(0)), EnqueueVerdict.Created);
        Answer = replies;
    }

    void TakeKeys(WriteTransaction transaction, EnqueueReply[] replies)
    {
        var taken = Enumerable.Range(0, jobs.Count).Where(at => replies[at].Verdict == EnqueueVerdict.Created && jobs[at].Dedup is not null)
            .Select(at => (jobs[at].Name, Claim: jobs[at].Dedup!, replies[at].Id)).ToList();
        var written = transaction.Prepare(PutDedupSql)
            .Bind(1, [.. taken.Select(key => key.Name)]).Bind(2, [.. taken.Select(key => key.Claim.Key)]).Bind(3, [.. taken.Select(key => key.Id.Value)])
            .Bind(4, [.. taken.Select(key => key.Claim.ArgumentsHash)]).Bind(5, [.. taken.Select(key => (long)key.Claim.Scope)])
            .Bind(6, [.. taken.Select(key => key.Claim.Duration is { } duration ? (long)duration.TotalMilliseconds : (long?)null)]).Run();
        if (written < taken.Count) throw new LostRace("A dedup key of this batch");
        var siblings = taken.ToDictionary(key => (key.Name, key.Claim.Key), key => key.Id);
        for (var at = 0; at < replies.Length; at++)
        {
            if (replies[at].Id == default) replies[at] = new(siblings[(jobs[at].Name, jobs[at].Dedup!.Key)], EnqueueVerdict.Existing);
        }
    }

    // Verdicts without writing anything. The id of an existing sibling of the same batch is not known yet: it stays at its default.
    EnqueueReply[] Judge(WriteTransaction transaction)
    {
        var asked = jobs.Where(job => job.Dedup is not null).Select(job => (job.Name, job.Dedup!.Key)).Distinct().ToList();
        var holders = transaction.PrepareByKey(FindDedupSql).Bind(1, [.. asked.Select(key => key.Name)]).Bind(2, [.. asked.Select(key => key.Key)])
            .All(row => (Key: (row.Text(0)!, row.Text(1)!), Job: new JobId(row.Int64(2)), Hash: row.Text(3)!)).ToDictionary(row => row.Key);
        var siblings = new Dictionary<(string, string), string>();
        var replies = new EnqueueReply[jobs.Count];
        for (var at = 0; at < replies.Length; at++)
        {
            replies[at] = new(default, EnqueueVerdict.Created);
            if (jobs[at].Dedup is not { } claim) continue;
            var key = (jobs[at].Name, claim.Key);
            var (holder, hash) = holders.TryGetValue(key, out var known) ? (known.Job, known.Hash) : (default, siblings.GetValueOrDefault(key));
            if (hash is null) siblings.Add(key, claim.ArgumentsHash);
            else replies[at] = new(holder, hash == claim.ArgumentsHash ? EnqueueVerdict.Existing : EnqueueVerdict.Conflict);
        }
        return replies;
    }
}
