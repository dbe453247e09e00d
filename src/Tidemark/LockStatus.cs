namespace Tidemark;

/// <summary>One holder of a lock, or one who waits for it.</summary>
/// <param name="Name">Of the lock.</param>
/// <param name="Token">Grows with each that asks, over all locks of the store; the order of the line.</param>
/// <param name="Places">As many may hold it at once, by what was asked.</param>
/// <param name="Owner">As given, or the worker's name.</param>
/// <param name="Worker">The name of the worker: by default host:pid.</param>
/// <param name="AskedAt">When it got in line.</param>
/// <param name="HeldSince">Null: it waits.</param>
public sealed record LockStatus(string Name, long Token, int Places, string Owner, string Worker, DateTimeOffset AskedAt, DateTimeOffset? HeldSince);
