namespace Tidemark.Tests.Simulation;

/// <summary>Draws the jobs of one seed.</summary>
internal sealed class ScriptPlan(Random random, TimeSpan chaos)
{
    public Script Draw(int index) => random.Next(10) switch
    {
        0 => new NapScript(index)
        {
            Nap = Milliseconds(0, 3_000),
            Fails = random.Next(4),
            Hangs = Chance(0.2) ? 1 : 0,
            IgnoresAbort = Chance(0.2),
            ThrowsLate = Chance(0.2),
        },
        1 or 2 => new StepScript(index)
        {
            Steps = random.Next(1, 8),
            StepTime = Milliseconds(0, 800),
            Troubled = random.Next(8),
            Times = random.Next(3),
            Kills = Chance(0.4),
        },
        3 => new CursorScript(index) { Items = random.Next(1, 60), Every = random.Next(1, 8), ItemTime = Milliseconds(0, 100) },
        4 => new ParkScript(index) { Parks = random.Next(1, 4), For = Milliseconds(100, 8_000) },
        _ => DrawStream(index),
    };

    StreamScript DrawStream(int index)
    {
        var items = random.Next(1, 80);
        var mode = Pick(StreamMode.Each, StreamMode.Each, StreamMode.Each, StreamMode.Batch, StreamMode.Commit);
        var options = DrawOptions();
        var (typical, slow) = (Milliseconds(0, Pick(1, 30, 300)), Milliseconds(0, Pick(1, 2_000)));
        var every = random.Next(2, 20);
        var from = chaos * random.NextDouble();
        // Bad items fewer than the breaker takes for a fault of the other side: more of them is, to the engine, just that.
        var bad = random.Next(0, Math.Min(3, options.Breaker?.Failures ?? 3));
        return new(index)
        {
            Items = items,
            Mode = mode,
            Options = options,
            BatchSize = mode == StreamMode.Batch ? random.Next(1, options.ResumeCost.Items + 1) : 1,
            Source = DrawSource(items),
            ItemTime = at => at % every == 0 ? slow : typical,
            Flaky = Keys(items, random.Next(0, 8), () => random.Next(1, options.Retry.MaxRetries + 1)).Concat(Keys(items, bad, () => int.MaxValue)).GroupBy(it => it.Key).ToDictionary(it => it.Key, it => it.Last().Value),
            Deadly = Chance(0.15) && mode == StreamMode.Each ? Keys(items, 1, () => random.Next(1, 6)) : [],
            Outage = Chance(0.15) ? (from, from + Milliseconds(100, 20_000)) : null,
            IgnoresAbort = Chance(0.1),
        };
    }

    StreamOptions DrawOptions()
    {
        var bound = Pick(1, 2, 5, 10, 30);
        return new()
        {
            ResumeCost = Chance(0.3) ? ResumeCost.AtMost(bound, Milliseconds(1, 2_000)) : ResumeCost.AtMost(bound),
            Concurrency = random.Next(1, Math.Min(bound, 6) + 1),
            Retry = new() { MaxRetries = random.Next(1, 5), BaseDelay = Milliseconds(1, 400), Ceiling = TimeSpan.FromSeconds(2), Jitter = Pick(Jitter.Additive, Jitter.Full, Jitter.None) },
            MaxWaitInPlace = Pick(TimeSpan.Zero, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5)),
            MaxAhead = Pick(1, 5, 1_000),
            QuarantineAfterCrashes = random.Next(0, 3),
            Breaker = Chance(0.5) ? new() { Failures = random.Next(3, 8), Window = 20, Pause = TimeSpan.FromSeconds(1), PauseCeiling = TimeSpan.FromSeconds(8), MaxCanaries = 12 } : null,
        };
    }

    Func<Stage, Source<int>> DrawSource(int items)
    {
        var (page, blinks, fetch) = (random.Next(1, 30), Chance(0.5) ? 0.1 : 0, Milliseconds(0, 300));
        return random.Next(4) switch
        {
            0 => stage => Sources.Blinking(stage, items, page, blinks, fetch),
            1 => stage => Sources.Shuffled(stage, items, page, blinks),
            _ => _ => Sources.List(items),
        };
    }

    Dictionary<string, int> Keys(int items, int count, Func<int> times) =>
        Enumerable.Range(0, count).Select(_ => $"{random.Next(items)}").Distinct().ToDictionary(key => key, _ => times());

    bool Chance(double chance) => random.NextDouble() < chance;

    T Pick<T>(params T[] from) => from[random.Next(from.Length)];

    TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(random.Next(least, most + 1));
}
