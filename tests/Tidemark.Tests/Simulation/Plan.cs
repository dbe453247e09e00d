namespace Tidemark.Tests.Simulation;

/// <summary>
/// What one seed is about. Each draws its own mix, so that rare combinations are met, and so that a fault drowns no other: a run in which
/// everything goes wrong never gets far enough to show what one fault alone does.
/// </summary>
internal sealed class Plan
{
    readonly Random random;

    /// <param name="random">Drawn from in one order for ever.</param>
    /// <param name="seed">What is added to the drawing draws from a source of its own: a seed keeps its meaning where it can.</param>
    public Plan(Random random, int seed)
    {
        this.random = random;
        var later = new Random(~seed);
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
        HintsDoubled = later.NextDouble() < 0.2 ? later.NextDouble() : 0;
        if (later.NextDouble() < 0.15) Scripts = [.. Scripts, new KillerScript(Scripts.Count) { After = TimeSpan.FromMilliseconds(later.Next(500)) }];
        Limit = later.NextDouble() < 0.3 ? later.Next(1, 4) : null;
        foreach (var stream in Scripts.OfType<StreamScript>())
            if (later.NextDouble() < 0.25) stream.Options.Partitions = later.Next(2, 5);
        if (later.NextDouble() < 0.3) Ticks = [.. Enumerable.Range(0, later.Next(1, 4)).Select(number => TickScript.Draw(later, 1_000 + number, Busyness, ClocksJump))];
        if (later.NextDouble() < 0.3) (Lockers, Places) = (later.Next(1, 4), later.Next(1, 3));
    }

    public int Nodes { get; init; }
    public TimeSpan Chaos { get; init; }
    public TimeSpan Latency { get; init; }
    public TimeSpan Busy { get; init; }

    /// <summary>That a node dies at one of its events.</summary>
    public double StrikeChance { get; init; }

    /// <summary>A dead process is noticed as such; else only by its silence.</summary>
    public bool PresenceIsSeen { get; init; }
    public FaultRates Faults { get; init; }
    public double HintsLost { get; init; }
    public double HintsDoubled { get; init; }
    public int[] Weights { get; init; }
    public TimeSpan MischiefEvery { get; init; }
    public TimeSpan Lease { get; init; }
    public int Slots { get; init; }

    /// <summary>At most so many of all jobs run at once; null: as many as may.</summary>
    public int? Limit { get; init; }

    /// <summary>Nodes are started with some of the job names only, and others at the next start.</summary>
    public bool NarrowNames { get; init; }
    public IReadOnlyList<Script> Scripts { get; init; }

    /// <summary>The jobs of schedules, which every node declares.</summary>
    public IReadOnlyList<TickScript> Ticks { get; init; } = [];

    /// <summary>So many in each process want the lock, of so many places.</summary>
    public int Lockers { get; init; }
    public int Places { get; init; } = 1;

    /// <summary>They rest for up to two of it, wait for up to one where they do not wait for ever, and hold it for up to three.</summary>
    public TimeSpan LockTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Schedules end and nobody asks for the lock any more when the faults have been over for a while.</summary>
    public TimeSpan Busyness => Chaos + TimeSpan.FromSeconds(20);

    /// <summary>Whose job a row is.</summary>
    public Script ScriptOf(string name) => Scripts.Concat(Ticks).Single(script => script.Name == name);

    public bool ClocksJump => Weights[(int)Mischief.StepStoreClock] > 0;

    /// <summary>
    /// After the faults have stopped everything must end within this: what all scripts take one after another, twice (once more for what was cut), and
    /// the longest that anybody waits for a dead worker, an operator's retry, or a wall clock that was set back.
    /// </summary>
    public TimeSpan LivenessBound => Scripts.Concat(Ticks).Aggregate(TimeSpan.Zero, (sum, script) => sum + script.Work) * 2 + Lease * 4 + TimeSpan.FromMinutes(5) + (ClocksJump || Weights[(int)Mischief.StepNodeClock] > 0 ? TimeSpan.FromHours(1) : TimeSpan.Zero);

    public override string ToString() =>
        $"{Nodes} nodes of {Slots} slots, lease {Lease.TotalSeconds} s, chaos {Chaos.TotalSeconds} s, latency {Latency.TotalMilliseconds} ms, strikes {StrikeChance:0.#####}, presence {(PresenceIsSeen ? "seen" : "unseen")}, "
        + $"{Faults}, mischief {string.Join(",", Weights)} every {MischiefEvery.TotalSeconds} s, scripts {string.Join(", ", Scripts.Concat(Ticks))}, {Lockers} lockers a node of {Places} places";

    bool Chance(double chance) => random.NextDouble() < chance;

    T Pick<T>(params T[] from) => from[random.Next(from.Length)];
}
