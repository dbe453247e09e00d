using Tidemark.Leasing;

namespace Tidemark.Tests.Simulation;

/// <summary>What was promised of a stream before it ran.</summary>
internal sealed record StreamPromise(string Stream, int Items, TimeSpan? Time, int Concurrency)
{
    /// <summary>The handler loops by itself: the engine sees only what it saves, and its ledger tells only of streams.</summary>
    public bool IsOwnLoop { get; init; }
}

internal enum ExecutionState
{
    /// <summary>Under way, or cut: nobody knows how far it came.</summary>
    Open,
    Done,
    Threw,
}

/// <summary>One item, executed once.</summary>
internal sealed class Execution
{
    readonly Sim sim;
    readonly TimeSpan began;

    public Execution(Sim sim, HandlerRun run, string stream, string key)
    {
        (this.sim, Run, Stream, Key, began) = (sim, run, stream, key, sim.Now);
        sim.Note($"{run.Process.Name} job {run.Lease.Job} fence {run.Lease.Fence}: item {key} begins");
    }

    public HandlerRun Run { get; }
    public string Stream { get; }
    public string Key { get; }
    public ExecutionState State { get; private set; }
    public TimeSpan Took { get; private set; }

    /// <param name="state">How.</param>
    /// <param name="share">The items that were executed together: each has its part of the time.</param>
    public void End(ExecutionState state, int share)
    {
        (State, Took) = (state, (sim.Now - began) / share);
        sim.Note($"{Run.Process.Name} job {Run.Lease.Job} fence {Run.Lease.Fence}: item {Key} {state}");
    }
}

/// <summary>One invocation of a handler, as the handler saw it.</summary>
internal sealed class HandlerRun(SideLog log, Lease lease, JobId whole, SimProcess process, TimeSpan began)
{
    readonly Dictionary<string, List<Execution>> redone = new(StringComparer.Ordinal);

    public Lease Lease => lease;

    /// <summary>The job, or of a visit the one whose partition it walks.</summary>
    public JobId Whole => whole;
    public SimProcess Process => process;
    public TimeSpan Began => began;
    public List<Execution> Executions { get; } = [];

    /// <summary>The handler returned or threw.</summary>
    public bool Ended { get; set; }

    /// <summary>It ended with an error that is no stop.</summary>
    public bool Threw { get; set; }

    /// <summary>What the ledger says that the end of this run cost; null: not said yet, or not known exactly.</summary>
    public long? ToldCost { get; set; }

    /// <summary>The handler time of that, if the run came to an end of its own.</summary>
    public TimeSpan? ToldTime { get; set; }

    public int RedoneCount => redone.Values.Sum(list => list.Count);

    /// <summary>Executions of this run that a later one had to repeat.</summary>
    public List<Execution> Redone(string stream) => redone.TryGetValue(stream, out var list) ? list : redone[stream] = [];

    public Execution Begin(StreamPromise promise, string key) => log.Begin(this, promise, key);
}
