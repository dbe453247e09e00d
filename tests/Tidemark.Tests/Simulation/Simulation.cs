using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Tidemark.Storage;

namespace Tidemark.Tests.Simulation;

/// <summary>How one run ended.</summary>
internal sealed record SimResult(int Seed, string? Breach, ulong Hash, long Events, TimeSpan Time);

/// <summary>
/// One seed from its beginning to its end: a time of faults, in which nothing may be broken; then a time without, in which everything
/// must come to its end within a bound; then all leave, and nothing may be left behind.
/// </summary>
internal sealed class Simulation
{
    const long MostEvents = 5_000_000; // a run takes some ten thousand: this many go round in circles
    static readonly TimeSpan OperatorLooksEvery = TimeSpan.FromSeconds(10);

    readonly Sim sim;
    readonly Plan plan;
    readonly SimWorld world;
    readonly Client client;
    readonly Nemesis nemesis;

    Simulation(int seed, IFlaw flaw, TextWriter? story, Func<Random, int, Plan> draw, IFaultSource? faults)
    {
        sim = new(seed) { Story = story };
        plan = draw(sim.Random, seed);
        sim.Note($"seed {seed}: {plan}");
        world = new(sim, plan, flaw, faults ?? new SeededFaults(sim.Random.Next(), plan.Faults));
        client = new(world);
        nemesis = new(world, client);
    }

    /// <param name="seed">What it is drawn from.</param>
    /// <param name="flaw">A defect to be noticed; null: none.</param>
    /// <param name="story">Where it is told; null: nowhere.</param>
    /// <param name="draw">Draws the plan; null: any.</param>
    /// <param name="faults">What befalls the store's calls; null: what the plan says.</param>
    public static SimResult Run(int seed, IFlaw? flaw = null, TextWriter? story = null, Func<Random, int, Plan>? draw = null, IFaultSource? faults = null)
    {
        // The test framework's own context would take continuations away from the simulation.
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return new Simulation(seed, flaw ?? new NoFlaw(), story, draw ?? ((random, drawn) => new(random, drawn)), faults).Run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    SimResult Run()
    {
        sim.Strikes = process => process.IsMortal && sim.Random.NextDouble() < plan.StrikeChance;
        foreach (var node in world.Nodes) world.Boot(node);
        client.EnqueueAll();
        nemesis.Start();
        while (sim.Now < plan.Chaos && Step()) { }
        if (sim.Breach is null) Calm();
        var deadline = sim.Now + plan.LivenessBound;
        while (sim.Now < deadline && !AllHaveEnded() && Step()) { }
        if (sim.Breach is null && !AllHaveEnded()) sim.Fail($"not all has ended {plan.LivenessBound.TotalSeconds} s after the faults have stopped: {Describe()}");
        if (sim.Breach is null) Leave();
        if (sim.Breach is null) CheckEnd();
        return new(sim.Seed, sim.Breach, sim.Hash, sim.Events, sim.Now);
    }

    bool Step()
    {
        if (sim.Events > MostEvents) sim.Fail($"more than {MostEvents} events: something goes round in circles");
        return sim.Step();
    }

    void Calm()
    {
        sim.Note("calm");
        sim.Strikes = null;
        nemesis.IsOver = world.IsCalm = true;
        world.Faults.Calm();
        world.StoreClock.Offset = TimeSpan.Zero;
        foreach (var node in world.Nodes)
        {
            node.Process?.Unpause();
            node.Store?.Unclog();
            if (node.Process is { } process) process.ClockOffset = TimeSpan.Zero;
        }
        Operate();
    }

    // What people would do: let the queue go, start again what must know all names or was declared dead, wake what waits for them, retry what rests.
    void Operate() => sim.Post(null, OperatorLooksEvery, "operator", () =>
    {
        if (world.IsOver) return;
        client.SetPaused(false);
        if (plan.NarrowNames && world.Nodes[0] is { IsUp: true, IsLeaving: false } narrow && !narrow.KnowsAll) narrow.Drain(CancellationToken.None);
        foreach (var node in world.Nodes.Where(node => node is { IsUp: true, IsLeaving: false } && IsStuck(node))) node.Process!.Kill("restarted by the operator");
        foreach (var job in world.Rows.Read())
        {
            // Who waits for partitions is woken by them, or by nobody; and who retries the whole retries its parts.
            if (job is { State: JobState.Parked, DueAt: null } && !PartitionLaw.IsWait(job.Reason)) client.Control(job.Id, ControlAction.Wake);
            if (job is { State: JobState.Failed, Parent: null }) GiveUpOrRetry(job.Id, job.Name);
        }
        Operate();
    });

    void GiveUpOrRetry(JobId id, string name)
    {
        if (!plan.ScriptOf(name).IsHopeless)
        {
            client.Control(id, ControlAction.Retry);
            return;
        }
        nemesis.Cancelled.Add(id);
        client.Control(id, ControlAction.Discard);
    }

    bool IsStuck(SimNode node) =>
        !world.Workers.Any(worker => worker.Name == node.Process!.Name && worker.Alive)
        || world.Log.Runs.Exists(run => run.Process == node.Process && !run.Ended && plan.Scripts.OfType<NapScript>().Any(script => script.HangsIn(run)));

    bool AllHaveEnded() => client.Accepted.Count == plan.Scripts.Count && plan.Ticks.All(HasEnded) && Array.TrueForAll(world.Rows.Read(), job => Transitions.IsTerminal(job.State));

    // Every occurrence is decided, and none waits.
    bool HasEnded(TickScript tick) => world.Schedule(tick.Schedule)?.Row is { Rest: Tidemark.Scheduling.ScheduleRest.Ended };

    void Leave()
    {
        sim.Note("all leave");
        world.IsOver = true;
        foreach (var node in world.Nodes.Where(node => node is { IsUp: true, IsLeaving: false })) node.Drain(CancellationToken.None);
        var deadline = sim.Now + TimeSpan.FromMinutes(2);
        while (sim.Now < deadline && Array.Exists(world.Nodes, node => node.IsUp) && Step()) { }
        foreach (var node in world.Nodes.Where(node => node.IsUp)) sim.Fail($"{node.Process!.Name} has not left two minutes after it was told to");
    }

    void CheckEnd()
    {
        var jobs = world.Rows.Read().Where(job => job.Parent is null).ToArray();
        if (jobs.Count(job => plan.ScriptOf(job.Name) is not TickScript) is var there && there != plan.Scripts.Count) sim.Fail($"{plan.Scripts.Count} jobs were asked for, {there} are there");
        foreach (var tick in plan.Ticks)
            if (Occurrences.FaultOf(tick, world.Schedule(tick.Schedule), world.OccurrencesOf(tick.Schedule), jobs) is { } wrong) sim.Fail($"schedule '{tick.Schedule}' ({tick}): {wrong}");
        var ending = new Ending(world.Log, world.History, world.Details, world.QuarantinedKeys);
        foreach (var (index, id) in client.Accepted)
        {
            var job = world.Details(id).Job;
            if (job.State == JobState.Cancelled && !nemesis.Cancelled.Contains(id)) sim.Fail($"job {id} was cancelled by nobody");
            if (job.State == JobState.Succeeded && plan.Scripts[index].FaultAtEnd(id, ending) is { } fault) sim.Fail($"job {id} ({plan.Scripts[index].GetType().Name}): {fault}");
        }
    }

    string Describe() => string.Join("; ", world.Rows.Read().Where(job => !Transitions.IsTerminal(job.State)).Select(job => $"job {job.Id} ({plan.ScriptOf(job.Name).GetType().Name}) is {job.State}, held by {job.Worker}, due {job.DueAt:T} of {world.StoreClock.GetUtcNow():T}, {job.Reason}"));
}
