using Tidemark.Enqueueing;
using Tidemark.Seams;

namespace Tidemark.Running;

/// <summary>What a stream loop is given: its attempt and its declared options.</summary>
internal sealed record StreamSetup(Attempt Attempt, string Name, StreamOptions Options)
{
    public EngineParts Parts => Attempt.Parts;

    /// <summary>Its items are those that were set aside.</summary>
    public bool IsReplay => Attempt.Job.Visit is { Kind: VisitKind.QuarantineReplay };

    /// <summary>job/stream, the first parts of every item's idempotency key.</summary>
    public string StreamKey { get; } = $"{Attempt.IdempotencyKey}/{Name}";
}

/// <summary>The three ways to run a stream, with the cursor's type out of sight.</summary>
internal interface IStreamLoop<T>
{
    Task ForEachAsync(Func<StreamItem<T>, CancellationToken, Task> handler);
    Task ForEachBatchAsync(int size, Func<IReadOnlyList<StreamItem<T>>, CancellationToken, Task> handler);
    Task CommitAsync(ItemEffects<T> effects);
}
