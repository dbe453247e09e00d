using Tidemark.Lifecycle;
using Xunit;

namespace Tidemark.Tests.Simulation;

/// <summary>
/// A run of every kind of job in which nothing else goes wrong, once for each call that it makes to the store: the first fails, then the second, and so
/// on until there is none left to fail. Chance finds the rare mixtures; this leaves no single call untried.
/// </summary>
public sealed class NthCallTests(ITestOutputHelper output)
{
    const int MostCalls = 20_000; // a run takes some hundred

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public void Whichever_call_of_the_store_fails_every_promise_is_kept(int seed, bool after)
    {
        var (broken, hit) = (new List<string>(), new SortedDictionary<string, int>(StringComparer.Ordinal));
        for (var n = 1; Run(seed, new(n, after), broken) is { } operation; n++)
        {
            Assert.True(n < MostCalls, "The run does not end.");
            hit[operation] = hit.GetValueOrDefault(operation) + 1;
        }
        output.WriteLine(string.Join(", ", hit.Select(it => $"{it.Key} {it.Value}")));
        Assert.True(broken.Count == 0, string.Join("\n", broken.Take(10)));
        Assert.Empty(Expected.Except(hit.Keys));
    }

    // Up to the call that fails one seed gives one run: each of its calls has its turn.
    static string? Run(int seed, NthCall fault, List<string> broken)
    {
        if (Simulation.Run(seed, draw: Quiet, faults: fault).Breach is { } breach) broken.Add($"{fault}: {breach}");
        return fault.Hit;
    }

    // What the engine cannot run its jobs without; a run that asks less of the store has stopped being the main one.
    static readonly string[] Expected =
        ["RegisterAsync", "BeatAsync", "ClaimAsync", "RecallAsync", "SaveMemoAsync", "CheckpointAsync", "SettleAsync", "RescueAsync", "EnqueueAsync", "RetireAsync",
        "ReadDueSchedulesAsync", "ChangeSchedulesAsync", "AskLockAsync", "ReadTicketsAsync", "LetGoAsync"];

    static Plan Quiet(Random random, int seed) => new(random, seed)
    {
        Nodes = 2,
        Slots = 3,
        Chaos = TimeSpan.FromSeconds(4),
        Latency = TimeSpan.FromMilliseconds(1),
        Busy = TimeSpan.FromMicroseconds(10),
        Lease = TimeSpan.FromSeconds(4),
        StrikeChance = 0,
        PresenceIsSeen = true,
        Faults = new(),
        HintsLost = 0,
        HintsDoubled = 0,
        NarrowNames = false,
        Weights = new int[Enum.GetValues<Mischief>().Length],
        Ticks = [new TickScript(1_000) { Seconds = 2, Nap = TimeSpan.FromMilliseconds(20), Overlap = Overlap.QueueOne, Misfire = Misfire.RunAll, Until = Sim.Epoch.AddSeconds(6) }],
        Lockers = 1,
        Places = 1,
        LockTime = TimeSpan.FromMilliseconds(400),
        Scripts =
        [
            new NapScript(0) { Nap = TimeSpan.FromMilliseconds(50), Fails = 1 },
            new StepScript(1) { Steps = 3, StepTime = TimeSpan.FromMilliseconds(20), Troubled = 1, Times = 1, Kills = true },
            new CursorScript(2) { Items = 9, Every = 3, ItemTime = TimeSpan.FromMilliseconds(5) },
            new ParkScript(3) { Parks = 1, For = TimeSpan.FromMilliseconds(300) },
            Stream(4, StreamMode.Each, (stage, items) => Sources.List(items)),
            Stream(5, StreamMode.Batch, (stage, items) => Sources.Shuffled(stage, items, items, blinks: 0)),
            Stream(6, StreamMode.Commit, (stage, items) => Sources.List(items)),
        ],
    };

    static StreamScript Stream(int index, StreamMode mode, Func<Stage, int, Source<int>> source)
    {
        const int items = 12;
        return new(index)
        {
            Mode = mode,
            Items = items,
            Source = stage => source(stage, items),
            Options = new()
            {
                ResumeCost = ResumeCost.AtMost(4),
                Concurrency = mode == StreamMode.Each ? 2 : 1,
                Retry = new() { MaxRetries = 2, BaseDelay = TimeSpan.FromMilliseconds(20), Ceiling = TimeSpan.FromMilliseconds(100) },
                MaxWaitInPlace = TimeSpan.Zero,
                Breaker = null,
            },
            ItemTime = _ => TimeSpan.FromMilliseconds(4),
            BatchSize = mode == StreamMode.Batch ? 2 : 1,
            Flaky = new() { ["3"] = 1, ["7"] = int.MaxValue },
            Deadly = mode == StreamMode.Each ? new() { ["5"] = 1 } : [],
        };
    }
}
