namespace Tidemark.Tests.Simulation;

/// <summary>
/// What one seed is about. Each draws its own mix, so that rare combinations are met, and so that a fault drowns no other: a run in which
/// everything goes wrong never gets far enough to show what one fault alone does.
/// </summary>
internal sealed class Plan
{
    readonly Random random;

    public Plan(Random random)
    {
        this.random = random;
        Nodes = random.Next(1, 4);
        Chaos = TimeSpan.FromSeconds(random.Next(5, 60));
        Latency = Pick(TimeSpan.FromMicroseconds(100), TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(40));
        Busy = Pick(TimeSpan.FromMicroseconds(1), TimeSpan.FromMicroseconds(100), TimeSpan.FromMilliseconds(5));
        StrikeChance = Chance(0.6) ? Pick(1 / 4_000.0, 1 / 1_000.0, 1 / 250.0) : 0;
        PresenceIsSeen = Chance(0.7);
        Faults = new()
        {
            ErrorBefore = Chance(0.4) ? random.NextDouble() * 0.2 : 0,
            ErrorAfter = Chance(0.4) ? random.NextDouble() * 0.2 : 0,
            Delay = Chance(0.4) ? random.NextDouble() * 0.3 : 0,
            LongestDelay = Pick(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(8)),
        };
        HintsLost = Chance(0.3) ? random.NextDouble() : 0;
        Weights = [.. Enum.GetValues<Mischief>().Select(_ => Chance(0.3) ? random.Next(1, 5) : 0)];
        MischiefEvery = Pick(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(15));
        if (Chance(0.85)) Weights[(int)Mischief.StepStoreClock] = 0; // it makes every lease doubtful: other promises need runs without it
        Lease = Pick(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(15));
        Slots = random.Next(1, 5);
        NarrowNames = Chance(0.3);
        Scripts = [.. Enumerable.Range(0, random.Next(2, 9)).Select(index => new ScriptPlan(random, Chaos).Draw(index))];
    }

    public int Nodes { get; }
    public TimeSpan Chaos { get; }
    public TimeSpan Latency { get; }
    public TimeSpan Busy { get; }

    /// <summary>That a node dies at one of its events.</summary>
    public double StrikeChance { get; }

    /// <summary>A dead process is noticed as such; else only by its silence.</summary>
    public bool PresenceIsSeen { get; }
    public FaultRates Faults { get; }
    public double HintsLost { get; }
    public int[] Weights { get; }
    public TimeSpan MischiefEvery { get; }
    public TimeSpan Lease { get; }
    public int Slots { get; }

    /// <summary>Nodes are started with some of the job names only, and others at the next start.</summary>
    public bool NarrowNames { get; }
    public IReadOnlyList<Script> Scripts { get; }

    public bool ClocksJump => Weights[(int)Mischief.StepStoreClock] > 0;

    /// <summary>
    /// After the faults have stopped everything must end within this: what all scripts take one after another, twice (once more for what was cut), and
    /// the longest that anybody waits for a dead worker, an operator's retry, or a wall clock that was set back.
    /// </summary>
    public TimeSpan LivenessBound => Scripts.Aggregate(TimeSpan.Zero, (sum, script) => sum + script.Work) * 2 + Lease * 4 + TimeSpan.FromMinutes(5) + (ClocksJump || Weights[(int)Mischief.StepNodeClock] > 0 ? TimeSpan.FromHours(1) : TimeSpan.Zero);

    public override string ToString() =>
        $"{Nodes} nodes of {Slots} slots, lease {Lease.TotalSeconds} s, chaos {Chaos.TotalSeconds} s, latency {Latency.TotalMilliseconds} ms, strikes {StrikeChance:0.#####}, presence {(PresenceIsSeen ? "seen" : "unseen")}, "
        + $"{Faults}, mischief {string.Join(",", Weights)} every {MischiefEvery.TotalSeconds} s, scripts {string.Join(", ", Scripts)}";

    bool Chance(double chance) => random.NextDouble() < chance;

    T Pick<T>(params T[] from) => from[random.Next(from.Length)];
}
