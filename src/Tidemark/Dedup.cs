namespace Tidemark;

/// <summary>At most one job a key within a scope: a second enqueue is told the first one's id.</summary>
/// <remarks>Keys are scoped by job name. The same key with other arguments is an error (<see cref="DedupConflictException"/>).</remarks>
public sealed record Dedup
{
    Dedup(string key) => this.KeyText = key;

    internal string KeyText { get; }

    internal DedupScope Scope { get; private init; } = DedupScope.UntilSettled;

    internal TimeSpan? Duration { get; private init; }

    /// <summary>One live job a key: the key is free again when the job succeeded or was cancelled.</summary>
    /// <param name="key">1 to 200 characters.</param>
    /// <exception cref="ArgumentException">Empty or too long.</exception>
    public static Dedup Key(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.Length > 200) throw new ArgumentException($"The dedup key has {key.Length} characters. Use at most 200; hash longer ones.", nameof(key));
        if (Lifecycle.KeptText.Fault(key) is { } fault) throw new ArgumentException($"The dedup key {fault}.", nameof(key));
        return new(key);
    }

    /// <summary>Holds the key for a duration from the enqueue, whether the job has finished or not.</summary>
    /// <param name="duration">More than 0, at most 3,650 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public Dedup For(TimeSpan duration)
    {
        if (duration <= TimeSpan.Zero || duration > Setting.MostKept)
            throw new ArgumentOutOfRangeException(nameof(duration), $"The dedup key would be held for {duration}. Use more than 0, at most {Setting.Words(Setting.MostKept)}, or ForEver().");
        return this with { Scope = DedupScope.ForDuration, Duration = duration };
    }

    /// <summary>Holds the key for ever.</summary>
    public Dedup ForEver() => this with { Scope = DedupScope.ForEver, Duration = null };
}

/// <summary>How long a dedup key is held.</summary>
internal enum DedupScope
{
    UntilSettled = 0,
    ForDuration = 1,
    ForEver = 2,
}
