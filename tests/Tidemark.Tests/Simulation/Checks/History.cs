using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;

namespace Tidemark.Tests.Simulation;

/// <summary>What the store has accepted, in the order in which it did: fences, starts, memos, settlements.</summary>
internal sealed class History(Sim sim, SideLog log)
{
    readonly Dictionary<JobId, long> newestWrite = [];
    readonly Dictionary<JobId, int> starts = [];
    readonly Dictionary<JobId, int> crashes = [];
    readonly Dictionary<JobId, int> suspected = [];
    readonly HashSet<Lease> suspects = [];
    readonly HashSet<(JobId, long)> settled = [];
    readonly Dictionary<(JobId, string), Lease> memos = [];

    /// <summary>Starts counted by claims, less those that were given back.</summary>
    public int StartsOf(JobId job) => starts.GetValueOrDefault(job);

    /// <summary>How often it was taken from a dead worker that ran it as a suspect: it can have been charged no more crashes.</summary>
    public int CrashesAsSuspectOf(JobId job) => suspected.GetValueOrDefault(job);

    /// <summary>Who saved the memo of this step, or null.</summary>
    public Lease? MemoOf(JobId job, string step) => memos.TryGetValue((job, step), out var lease) ? lease : null;

    /// <summary>The answer of a claim. Told again, after a lost answer, is not claimed again.</summary>
    public void Claimed(ClaimedJob job, WorkerId worker, bool again)
    {
        if (again)
        {
            if (log.NewestClaim(job.Id) != new Lease(job.Id, job.Fence, worker)) sim.Fail($"job {job.Id} was told again under fence {job.Fence}: the newest claim is {log.NewestClaim(job.Id)}");
            return;
        }
        if (log.NewestClaim(job.Id) is { } former && former.Fence >= job.Fence) sim.Fail($"job {job.Id} was claimed under fence {job.Fence} after fence {former.Fence}");
        log.Claimed(new(job.Id, job.Fence, worker));
        if (job.IsSuspect) suspects.Add(new(job.Id, job.Fence, worker));
        starts[job.Id] = StartsOf(job.Id) + 1;
        if (job.Attempt != starts[job.Id]) sim.Fail($"job {job.Id} was told that this is start {job.Attempt}; {starts[job.Id]} were made and not given back");
    }

    public void Saved(Checkpoint checkpoint, SaveReply reply)
    {
        if (reply.Verdict == SaveVerdict.Saved) Wrote(checkpoint.Lease, $"checkpoint {checkpoint.Number} of '{checkpoint.Stream}'{Told(checkpoint.Rows)}");
    }

    public void Saved(Lease lease, StepMemo memo, SaveReply reply)
    {
        if (reply.Verdict != SaveVerdict.Saved) return;
        Wrote(lease, $"the memo of '{memo.Name}'");
        memos.TryAdd((lease.Job, memo.Name), lease);
    }

    public void Settled(Settlement settlement, SettleVerdict verdict)
    {
        if (verdict != SettleVerdict.Settled) return;
        Wrote(settlement.Lease, $"the outcome {settlement.Event}");
        if (!settled.Add((settlement.Lease.Job, settlement.Lease.Fence))) return; // told again: applied once
        if (settlement.Event is JobEvent.Release or JobEvent.Park) starts[settlement.Lease.Job]--;
        // A job that rests or waits has told its cost; one without an interruption has cost nothing.
        log.Told(settlement.Lease, settlement.Interruption?.CostItems ?? 0, TimeSpan.FromMilliseconds(settlement.Interruption?.CostMs ?? 0));
    }

    /// <summary>How often the job was taken from a dead worker while it ran.</summary>
    public int CrashesOf(JobId job) => crashes.GetValueOrDefault(job);

    public void Rescued(JobId job, Interruption? interruption)
    {
        sim.Note($"rescued: job {job}, {(interruption is null ? "never started" : $"cost {interruption.CostItems} items, {interruption.Detail}")}");
        if (interruption is not null) crashes[job] = CrashesOf(job) + 1;
        if (interruption is not null && log.NewestClaim(job) is { } held && suspects.Contains(held)) suspected[job] = CrashesAsSuspectOf(job) + 1;
        if (interruption is null && log.NewestClaim(job) is { } claim && log.Of(claim) is { Ended: false }) sim.Fail($"the start of job {job} was given back although its handler had been called (fence {claim.Fence})");
        if (interruption is null) starts[job]--;
        else if (interruption is { Exact: true } && log.NewestClaim(job) is { } lease) log.Told(lease, interruption.CostItems, time: null); // the dead are known to their last beat only
    }

    static string Told(CheckpointRows? rows) => rows is null ? "" :
        $": done {rows.Counters.Done}, quarantined {rows.Counters.Quarantined}, to {(rows.Cursor is { } cursor ? System.Text.Encoding.UTF8.GetString(cursor) : "the start")}"
        + $"{Told(" ahead", rows.Settled)}{Told(" passed", rows.Passed)}{Told(" listed", [.. rows.RetryLater.Select(item => item.Key)])}{Told(" unlisted", rows.RetryDone)}{(rows.Ended ? " ended" : "")}";

    static string Told(string what, IReadOnlyList<string> keys) => keys.Count == 0 ? "" : $"{what} {string.Join(" ", keys)}";

    void Wrote(Lease lease, string what)
    {
        sim.Note($"accepted for job {lease.Job} under fence {lease.Fence}: {what}");
        if (newestWrite.GetValueOrDefault(lease.Job) > lease.Fence)
            sim.Fail($"{what} of job {lease.Job} was accepted under fence {lease.Fence} after a write under fence {newestWrite[lease.Job]}");
        if (log.NewestClaim(lease.Job) is { } newest && newest.Fence > lease.Fence)
            sim.Fail($"{what} of job {lease.Job} was accepted under fence {lease.Fence} after fence {newest.Fence} had been given out");
        newestWrite[lease.Job] = lease.Fence;
    }
}
