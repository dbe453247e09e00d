using System.Collections.Frozen;
using Tidemark.Hosting;
using Tidemark.Scheduling;
using Tidemark.Seams;
using Tidemark.Storage.InMemory;

namespace Tidemark.Tests.Simulation;

/// <summary>One place for a worker process: started, killed, drained, started again.</summary>
#pragma warning disable CA1001 // A killed process disposes of nothing, and that is what is tried here.
internal sealed class SimNode(SimWorld world, int number)
#pragma warning restore CA1001
{
    readonly Sim sim = world.Sim;
    Engine? engine;
    InMemoryJobStore? connection;
    int starts;

    public SimProcess? Process { get; private set; }
    public SimStore? Store { get; private set; }
    public bool IsUp => Process is { IsDead: false };

    public bool KnowsAll { get; private set; }

    public bool IsLeaving => Process is { IsLeaving: true };

    /// <summary>Starts a process that knows the given scripts.</summary>
    public void Boot(IReadOnlyList<Script> scripts)
    {
        var process = Process = new(sim, $"node-{number}.{++starts}") { Busy = world.Plan.Busy, IsMortal = true };
        KnowsAll = scripts.Count == world.Plan.Scripts.Count;
        connection = world.Connect();
        Store = new(world.Watched(connection, process), sim, process, world.Faults, world.Plan.Latency);
        var options = new TidemarkOptions
        {
            WorkerName = process.Name, Application = "sim", Slots = world.Plan.Slots, LeaseDuration = world.Plan.Lease, DrainTimeout = TimeSpan.FromSeconds(8), AbortGrace = TimeSpan.FromSeconds(2),
            MaxPrefetch = 20, ClaimBatch = 10,
        };
        var parts = new EngineParts
        {
            Store = Store,
            Time = process.Clock,
            Entropy = new SimEntropy(sim),
            Options = options,
            Catalog = new(scripts.Concat(world.Plan.Ticks).Select(script => Define(script, process))),
            Scopes = null,
            Loggers = new SimLogs(sim, process),
            Lanes = new() { Engine = process.Scheduler, Timers = process.Clock, Handlers = process.Scheduler, Cancel = process.Cancel, Pulse = new SimPulse(process) },
        };
        var builder = new TidemarkBuilder();
        foreach (var tick in world.Plan.Ticks) tick.Declare(builder);
        parts.Schedules = builder.Schedules.Select(schedule => schedule.Declare(parts)).ToDictionary(schedule => schedule.Name, StringComparer.Ordinal);
        engine = new(parts);
        process.Died = how => Died(process, how);
        _ = process.Start(() => StartAsync(process, parts, engine));
    }

    /// <summary>Asks the process to leave, and lets it.</summary>
    public void Drain(CancellationToken hurry)
    {
        var (process, leaving) = (Process!, engine!);
        process.IsLeaving = true;
        sim.Note($"{process.Name} is told to stop");
        _ = process.Start(async () =>
        {
            var clean = await leaving.DrainAsync(hurry);
            if (clean && world.Log.Runs.Find(run => run.Process == process && !run.Ended) is { } open)
                sim.Fail($"{process.Name} has drained, and its handler of job {open.Lease.Job} still runs");
            // A process that could not end its handlers does not wait for them either: it exits.
            if (clean) await leaving.DisposeAsync();
            process.Kill(clean ? "it has drained" : "its drain has run out of time");
        });
    }

    async Task StartAsync(SimProcess process, EngineParts parts, Engine starting)
    {
        try
        {
            await new Declarer(parts).RunAsync();
            await starting.StartAsync();
        }
        catch (StoreException fault)
        {
            process.Kill($"it could not start: {fault.Message}");
            return;
        }
        for (var locker = 0; locker < world.Plan.Lockers; locker++)
            _ = process.Start(() => new Locker(sim, process, starting.Locks!, world.Holds, world.Plan).RunAsync());
        var hint = Store!.WorkArrived;
        Store.WorkArrived = () =>
        {
            if (sim.Random.NextDouble() < world.HintsLost) return;
            for (var times = world.Plan.HintsDoubled > 0 && sim.Random.NextDouble() < world.Plan.HintsDoubled ? 2 : 1; times > 0; times--)
                sim.Post(process, world.Plan.Latency * sim.Random.NextDouble(), "hint", () => hint?.Invoke());
        };
    }

    void Died(SimProcess process, string how)
    {
        connection!.WorkArrived = null;
        _ = connection.DisposeAsync().AsTask();
        world.NodeDied(this, process);
    }

    JobDefinition Define(Script script, SimProcess process) => new()
    {
        Name = script.Name,
        Queue = "default",
        Retry = script.Retry,
        Faults = new([]),
        Streams = script.Streams.ToFrozenDictionary(StringComparer.Ordinal),
        Invoker = new ScriptInvoker(sim, process, script, world.Log, world.History),
        TimeLimit = null,
        NoProgressLimit = null,
    };
}
