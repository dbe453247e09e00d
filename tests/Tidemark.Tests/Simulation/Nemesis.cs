using Tidemark.Controlling;

namespace Tidemark.Tests.Simulation;

/// <summary>What may be done to a world, beside the faults of single store calls and of single events.</summary>
internal enum Mischief
{
    KillNode,
    PauseNode,
    ClogNode,
    DrainNode,
    HurryNode,
    StepNodeClock,
    StepStoreClock,
    CancelJob,
    ParkJob,
    WakeJob,
    PauseQueue,
    ResumeQueue,
}

/// <summary>Does one of them every so often, until told to stop.</summary>
internal sealed class Nemesis(SimWorld world, Client client)
{
    readonly Random random = world.Sim.Random;

    public bool IsOver { get; set; }

    /// <summary>Jobs that may end as cancelled, because that was asked.</summary>
    public HashSet<JobId> Cancelled { get; } = [];

    public void Start() => world.Sim.Post(null, world.Plan.MischiefEvery * (2 * random.NextDouble()), "mischief", () =>
    {
        if (IsOver) return;
        if (Draw() is { } mischief) Do(mischief);
        Start();
    });

    Mischief? Draw()
    {
        var weights = world.Plan.Weights;
        var at = random.Next(Math.Max(1, weights.Sum()));
        for (var which = 0; which < weights.Length; at -= weights[which++])
            if (at < weights[which]) return (Mischief)which;
        return null;
    }

    void Do(Mischief mischief)
    {
        var node = world.Nodes[random.Next(world.Nodes.Length)];
        switch (mischief)
        {
            case Mischief.KillNode: node.Process?.Kill("killed"); break;
            case Mischief.PauseNode: node.Process?.Pause(world.Plan.Lease * (2 * random.NextDouble())); break;
            case Mischief.ClogNode: node.Store?.Clog(world.Plan.Lease * (2 * random.NextDouble())); break;
            case Mischief.DrainNode when node is { IsUp: true, IsLeaving: false }: node.Drain(CancellationToken.None); break;
            case Mischief.HurryNode when node is { IsUp: true, IsLeaving: false }:
                node.Drain(new CancellationTokenSource(TimeSpan.FromSeconds(2) * random.NextDouble(), node.Process!.Clock).Token);
                break;
            case Mischief.StepNodeClock when node.Process is { } process: process.ClockOffset = Offset(); break;
            case Mischief.StepStoreClock: world.StoreClock.Offset = Offset(); break;
            case Mischief.PauseQueue: client.SetPaused(true); break;
            case Mischief.ResumeQueue: client.SetPaused(false); break;
            default: Control(mischief); break;
        }
    }

    void Control(Mischief mischief)
    {
        var ids = client.Accepted.Values.ToList();
        if (ids.Count == 0) return;
        var id = ids[random.Next(ids.Count)];
        if (mischief == Mischief.CancelJob) Cancelled.Add(id);
        var action = mischief switch { Mischief.CancelJob => ControlAction.Cancel, Mischief.ParkJob => ControlAction.Park, Mischief.WakeJob => ControlAction.Wake, _ => (ControlAction?)null };
        if (action is { } known) client.Control(id, known, random.Next(2) == 0 ? world.StoreClock.GetUtcNow() + TimeSpan.FromSeconds(random.Next(1, 20)) : null);
    }

    TimeSpan Offset() => TimeSpan.FromSeconds(Math.Pow(10, random.NextDouble() * 3.5) * (random.Next(2) * 2 - 1));
}
