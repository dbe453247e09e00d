namespace Tidemark;

/// <summary>
/// At most so many jobs of one key at a time, over all workers of the store. Those that must wait hold no slot and no lease: they stay pending, and say
/// what they wait for. A job has its place from the moment when it is let in until its attempt has ended, however that ends; between two attempts,
/// and while it is parked, it has none. One that was let in keeps its place while its queue is paused.
/// </summary>
public sealed record ConcurrencyLimit
{
    const int MaxKey = 200;

    /// <summary>At most so many at a time.</summary>
    /// <param name="key">1 to 200 characters. Jobs of any name share it: a customer, a warehouse, an account of the other side.</param>
    /// <param name="atMost">1 to 10,000. Where jobs of one key disagree each is heeded: none is let in while as many run as it allows, or as one of those that run does.</param>
    /// <exception cref="ArgumentException">The key is empty or too long.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its range.</exception>
    public ConcurrencyLimit(string key, int atMost)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.Length > MaxKey) throw new ArgumentException($"The limit's key has {key.Length} characters. Use at most {MaxKey}; hash longer ones.", nameof(key));
        if (Lifecycle.KeptText.Fault(key) is { } unkept) throw new ArgumentException($"The limit's key {unkept}.", nameof(key));
        if (new Setting("The limit", atMost, 1, 10_000).Fault is { } fault) throw new ArgumentOutOfRangeException(nameof(atMost), fault);
        (Key, AtMost) = (key, atMost);
    }

    ConcurrencyLimit() => Key = "";

    /// <summary>No limit: lifts for one job what its <see cref="JobKey{TArgs}.Limit"/> says.</summary>
    public static ConcurrencyLimit None { get; } = new();

    /// <summary>What is limited.</summary>
    public string Key { get; }

    /// <summary>So many at a time.</summary>
    public int AtMost { get; }
}
