namespace Tidemark;

/// <summary>How the random part of a backoff is made.</summary>
public enum Jitter
{
    /// <summary><c>min(base × 2^attempt, ceiling) + random × base</c>: never shorter than the backoff, spread by one base. The default.</summary>
    Additive = 0,

    /// <summary><c>random × min(base × 2^attempt, ceiling)</c>: "full jitter" (AWS Architecture Blog, 2015).</summary>
    Full = 1,

    /// <summary>No randomness.</summary>
    None = 2,
}

/// <summary>How often and how late a failure is tried again: capped exponential backoff with jitter.</summary>
public sealed record RetryPolicy
{
    /// <summary>Ten retries from one second, doubling to five minutes. A new object each time: binding configuration into one leaves the others alone.</summary>
    public static RetryPolicy Default => new();

    /// <summary>No retry: the first failure is final. A new object each time, as <see cref="Default"/>.</summary>
    public static RetryPolicy None => new() { MaxRetries = 0 };

    /// <summary>How many times a failure is tried again, 0 to 1,000.</summary>
    public int MaxRetries { get; init; } = 10;

    /// <summary>The first backoff, and the unit of the additive jitter; 0 to one day.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most that the exponential part may be; at least <see cref="BaseDelay"/>, at most 30 days.</summary>
    public TimeSpan Ceiling { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The random part.</summary>
    public Jitter Jitter { get; init; } = Jitter.Additive;

    /// <summary>The backoff before the retry that follows the given failure.</summary>
    /// <param name="failure">1 for the first failure.</param>
    /// <param name="random">A number in [0, 1).</param>
    /// <returns>The time to wait; never negative.</returns>
    public TimeSpan DelayAfter(int failure, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failure, 1);
        // 2^62 ticks would overflow: past 40 doublings every base has met its ceiling.
        var exponential = Math.Min(BaseDelay.Ticks * Math.Pow(2, Math.Min(failure - 1, 40)), Ceiling.Ticks);
        return TimeSpan.FromTicks((long)(Jitter switch
        {
            Jitter.Full => random * exponential,
            Jitter.None => exponential,
            _ => exponential + random * BaseDelay.Ticks,
        }));
    }

    internal IEnumerable<string> Faults(string where)
    {
        foreach (var fault in Setting.Faults($"{where}: ",
            new(nameof(MaxRetries), MaxRetries, 0, 1_000),
            new(nameof(BaseDelay), BaseDelay, TimeSpan.Zero, TimeSpan.FromDays(1)),
            new(nameof(Ceiling), Ceiling, TimeSpan.Zero, Setting.MostWait)))
            yield return fault;
        if (Ceiling < BaseDelay) yield return $"{where}: Ceiling is {Ceiling}. Use at least BaseDelay ({BaseDelay}).";
        if (!Enum.IsDefined(Jitter)) yield return $"{where}: Jitter is {Jitter}. Use Additive, Full or None.";
    }
}
