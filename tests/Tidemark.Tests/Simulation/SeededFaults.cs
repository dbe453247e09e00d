namespace Tidemark.Tests.Simulation;

/// <summary>How often what goes wrong: chances of one call, 0 to 1.</summary>
internal sealed record FaultRates
{
    public double ErrorBefore { get; init; }
    public double ErrorAfter { get; init; }
    public double Delay { get; init; }

    /// <summary>A delay is evenly spread from one millisecond up to this.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Operations that are spared, by name.</summary>
    public IReadOnlyList<string> Spared { get; init; } = [];
}

/// <summary>Faults drawn from one seed: the same calls in the same order meet the same faults.</summary>
internal sealed class SeededFaults(int seed, FaultRates rates) : IFaultSource
{
    readonly Random random = new(seed);

    bool calm;

    /// <summary>All is well from now on, for the liveness phase of a simulation. No number is drawn then.</summary>
    public void Calm() => calm = true;

    public Fault Next(string operation)
    {
        if (calm || rates.Spared.Contains(operation)) return default;
        // Always the same number of draws a call: changing one rate does not shift what all later calls meet.
        var (before, after, error) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
        var (beforeLength, afterLength) = (random.NextDouble(), random.NextDouble());
        return new()
        {
            DelayBefore = before < rates.Delay ? Length(beforeLength) : TimeSpan.Zero,
            ErrorBefore = error < rates.ErrorBefore,
            ErrorAfter = error >= rates.ErrorBefore && error < rates.ErrorBefore + rates.ErrorAfter,
            DelayAfter = after < rates.Delay ? Length(afterLength) : TimeSpan.Zero,
        };
    }

    TimeSpan Length(double share) => TimeSpan.FromMilliseconds(Math.Max(1, share * rates.LongestDelay.TotalMilliseconds));
}
