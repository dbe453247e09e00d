using Tidemark.Leasing;

namespace Tidemark.Tests.Simulation;

/// <summary>
/// What handlers did, written by them and kept outside the engine and its store: the independent witness of what an interruption cost. Every
/// repeated execution is laid to the last attempt that had executed the item, and its bound is checked at once.
/// </summary>
internal sealed class SideLog(Sim sim)
{
    readonly Dictionary<(JobId Job, string Stream, string Key), Execution> last = [];
    readonly Dictionary<Lease, HandlerRun> byLease = [];
    readonly Dictionary<JobId, Lease> newestClaim = [];

    static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1); // the ledger tells whole milliseconds

    public List<HandlerRun> Runs { get; } = [];

    /// <summary>False where clocks jump: trust in a lease is then no promise.</summary>
    public bool StaleStartsAreBreaches { get; set; } = true;

    public HandlerRun Open(ClaimedJob job, SimProcess process)
    {
        var lease = job.Lease;
        var run = new HandlerRun(this, lease, job.Parent ?? job.Id, process, sim.Now);
        Runs.Add(run);
        if (!byLease.TryAdd(lease, run)) sim.Fail($"job {lease.Job} was started twice under one claim (fence {lease.Fence})");
        sim.Note($"{process.Name} starts job {lease.Job} under fence {lease.Fence}");
        return run;
    }

    /// <summary>A newer claim: whoever ran the job before has no right to start anything.</summary>
    public void Claimed(Lease lease) => newestClaim[lease.Job] = lease;

    /// <summary>The engine's own account of what an attempt cost.</summary>
    public void Told(Lease lease, long items, TimeSpan? time)
    {
        if (byLease.TryGetValue(lease, out var run)) (run.ToldCost, run.ToldTime) = (items, time);
    }

    public HandlerRun? Of(Lease lease) => byLease.GetValueOrDefault(lease);

    public Lease? NewestClaim(JobId job) => newestClaim.TryGetValue(job, out var lease) ? lease : null;

    /// <summary>The job, and the visits for its partitions that have run.</summary>
    public IEnumerable<JobId> JobsOf(JobId whole) => Runs.Where(run => run.Whole == whole).Select(run => run.Lease.Job).Append(whole).Distinct();

    /// <summary>Keys of a stream whose execution has come to its end at least once, by the job or by a visit for a partition of it.</summary>
    public bool WasDone(JobId job, string stream, string key) =>
        Runs.Exists(run => run.Whole == job && run.Executions.Exists(it => it.Stream == stream && it.Key == key && it.State == ExecutionState.Done));

    public Execution Begin(HandlerRun run, StreamPromise promise, string key)
    {
        var id = (run.Lease.Job, promise.Stream, key);
        var execution = new Execution(sim, run, promise.Stream, key);
        if (StaleStartsAreBreaches && !promise.IsOwnLoop && newestClaim[run.Lease.Job].Fence > run.Lease.Fence)
            sim.Fail($"{run.Process.Name} began item {key} of job {run.Lease.Job} under fence {run.Lease.Fence}, when fence {newestClaim[run.Lease.Job].Fence} had been given to another");
        if (last.TryGetValue(id, out var before)) Repeat(run, promise, key, before);
        last[id] = execution;
        run.Executions.Add(execution);
        return execution;
    }

    void Repeat(HandlerRun run, StreamPromise promise, string key, Execution before)
    {
        if (before.State == ExecutionState.Threw || before.Run.Lease.Fence > run.Lease.Fence) return;
        if (before.Run == run)
        {
            if (before.State == ExecutionState.Done) sim.Fail($"item {key} of job {run.Lease.Job} was done twice in one attempt (fence {run.Lease.Fence})");
            return;
        }
        var redone = before.Run.Redone(promise.Stream);
        redone.Add(before);
        Check(before.Run, promise, redone);
    }

    void Check(HandlerRun cut, StreamPromise promise, List<Execution> redone)
    {
        var who = $"the end of job {cut.Lease.Job}'s attempt under fence {cut.Lease.Fence} in {cut.Process.Name}";
        if (redone.Count > promise.Items) sim.Fail($"{who} cost {redone.Count} items of stream '{promise.Stream}': the bound is {promise.Items}");
        if (!promise.IsOwnLoop && cut.ToldCost is { } told && cut.RedoneCount > told) sim.Fail($"{who} cost {cut.RedoneCount} items ({string.Join(", ", redone.Select(it => it.Key))}): the ledger says {told}");
        var took = redone.Where(it => it.State == ExecutionState.Done).Aggregate(TimeSpan.Zero, (sum, it) => sum + it.Took);
        if (!promise.IsOwnLoop && cut.ToldTime is { } toldTime && took > toldTime + Rounding) sim.Fail($"{who} cost {took.TotalSeconds:0.###} s: the ledger says {toldTime.TotalSeconds:0.###} s");
        if (promise.Time is not { } most) return;
        // The bound on time may overshoot by the items in flight: the longest ones do not count.
        var sure = redone.Where(it => it.State == ExecutionState.Done).Select(it => it.Took).OrderDescending().Skip(promise.Concurrency).Aggregate(TimeSpan.Zero, (sum, took) => sum + took);
        if (sure > most) sim.Fail($"{who} cost {sure.TotalSeconds:0.###} s of stream '{promise.Stream}': the bound is {most.TotalSeconds:0.###} s");
    }
}
