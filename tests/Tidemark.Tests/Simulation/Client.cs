using Tidemark.Controlling;
using Tidemark.Enqueueing;
using Tidemark.Seams;

namespace Tidemark.Tests.Simulation;

/// <summary>Enqueues each script's job, maybe twice at once, and asks again until it has an answer; steers jobs as an operator would.</summary>
internal sealed class Client
{
    readonly SimWorld world;
    readonly SimProcess process;
    readonly EngineParts parts;
    readonly Enqueuer enqueuer;

    public Client(SimWorld world)
    {
        this.world = world;
        process = new(world.Sim, "client");
        parts = new()
        {
            Store = new SimStore(world.Watched(world.Connect(), process), world.Sim, process, world.Faults, world.Plan.Latency),
            Time = process.Clock,
            Entropy = new SimEntropy(world.Sim),
            Options = new(),
            Catalog = new([]),
            Scopes = null,
            Loggers = new SimLogs(world.Sim, process),
            Lanes = new() { Engine = process.Scheduler, Timers = process.Clock, Handlers = process.Scheduler, Cancel = process.Cancel, Pulse = new SimPulse(process) },
        };
        enqueuer = new(parts);
    }

    /// <summary>What was acknowledged: script → job.</summary>
    public SortedDictionary<int, JobId> Accepted { get; } = [];

    public void EnqueueAll()
    {
        foreach (var script in world.Plan.Scripts)
        {
            var racers = world.Sim.Random.Next(3) == 0 ? 2 : 1;
            for (var racer = 0; racer < racers; racer++) _ = process.Start(() => EnqueueAsync(script));
        }
    }

    public void Control(JobId id, ControlAction action, DateTimeOffset? until = null) => _ = process.Start(() => PersistAsync(async () =>
    {
        var reply = await parts.Store.ControlAsync(new() { Job = id, Action = action, By = "operator", Until = action == ControlAction.Park ? until : null });
        world.Sim.Note($"operator: {action} of job {id}: {reply.Verdict}");
    }));

    public void SetPaused(bool paused) => _ = process.Start(() => PersistAsync(async () => await parts.Store.SetQueuePausedAsync("default", paused, "operator", null)));

    async Task EnqueueAsync(Script script)
    {
        await Task.Delay(world.Plan.Chaos * (0.6 * world.Sim.Random.NextDouble()), process.Clock);
        var options = new EnqueueOptions
        {
            Dedup = Dedup.Key($"{script.Index}").ForEver(),
            Limit = world.Plan.Limit is { } atMost ? new("all", atMost) : null,
            Priority = world.Sim.Random.Next(-2, 3),
            DueAt = world.Sim.Random.Next(4) == 0 ? process.Clock.GetUtcNow() + TimeSpan.FromSeconds(5) * world.Sim.Random.NextDouble() : null,
        };
        await PersistAsync(async () =>
        {
            var (id, _) = await enqueuer.EnqueueAsync(new JobKey<int>(script.Name), script.Index, options, CancellationToken.None);
            if (Accepted.TryGetValue(script.Index, out var known) && known != id) world.Sim.Fail($"one dedup key was given two jobs: {known} and {id}");
            Accepted[script.Index] = id;
        });
    }

    // An unknown outcome is resolved by asking again with the same key.
    async Task PersistAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), process.Clock);
            }
        }
    }
}
