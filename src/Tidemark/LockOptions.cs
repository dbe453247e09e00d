namespace Tidemark;

/// <summary>How a lock is asked for.</summary>
public sealed record LockOptions
{
    /// <summary>
    /// How many may hold the name at once, 1 to 10,000: more than 1 makes it a semaphore. Default 1. Where callers disagree each is heeded: nobody enters
    /// while as many hold it as he allows, or as one of the holders does.
    /// </summary>
    public int Places { get; init; } = 1;

    /// <summary>The longest wait for the turn, up to 30 days. Null: <c>AcquireAsync</c> waits until it is cancelled, <c>TryAcquireAsync</c> not at all.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Shown to people who wonder who holds it: a job's id, say. At most 200 characters. Null: the worker's name.</summary>
    public string? Owner { get; init; }

    internal void Demand(string parameter)
    {
        const int MaxOwner = 200;
        var faults = Setting.Faults("", new(nameof(Places), Places, 1, 10_000), new(nameof(Wait), Wait, TimeSpan.Zero, Setting.MostWait, "to wait without end")).ToList();
        if (Owner?.Length > MaxOwner) faults.Add($"{nameof(Owner)} has {Owner.Length} characters. Use at most {MaxOwner}.");
        if (Lifecycle.KeptText.Fault(Owner) is { } fault) faults.Add($"{nameof(Owner)} {fault}.");
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults), parameter);
    }
}
