using Tidemark.Running;

namespace Tidemark;

/// <summary>What a source promises about itself between two attempts.</summary>
public enum SourceKind
{
    /// <summary>The same items in the same order on every read: a mismatch stops the stream loudly.</summary>
    Stable = 0,

    /// <summary>Items may come and go behind the cursor: vanished and repeated ones are counted and shown, not fatal.</summary>
    Shifting = 1,

    /// <summary>
    /// Identified by key alone: every run reads from the start and skips what is settled, so lines may be inserted, moved and removed.
    /// All settled keys are kept.
    /// </summary>
    ByKey = 2,
}

/// <summary>Where the items of a stream come from. Derive from <see cref="Source{T,TCursor}"/>.</summary>
/// <typeparam name="T">One item; it must survive a round trip as JSON, for quarantine and replay.</typeparam>
public abstract class Source<T>
{
    private protected Source() { }

    /// <summary>What this source promises.</summary>
    public abstract SourceKind Kind { get; }

    internal abstract IStreamLoop<T> CreateLoop(StreamSetup setup);

    internal abstract Source<T> PartOf(StreamPartition partition);
}

/// <summary>A source with a typed cursor: the position after which everything is still to do.</summary>
/// <typeparam name="T">One item.</typeparam>
/// <typeparam name="TCursor">The position; serialised as JSON at checkpoints only.</typeparam>
public abstract class Source<T, TCursor> : Source<T>
{
    /// <inheritdoc/>
    public override SourceKind Kind => SourceKind.Stable;

    /// <summary>Opens a reader that gives the items after the saved position.</summary>
    /// <param name="start">The saved position, or none.</param>
    /// <param name="cancellationToken">Abort or drain.</param>
    /// <exception cref="JobFaultException">The saved position does not fit this source: another input under the same name.</exception>
    public abstract ValueTask<SourceReader<T, TCursor>> OpenAsync(SourceStart<TCursor> start, CancellationToken cancellationToken);

    internal sealed override IStreamLoop<T> CreateLoop(StreamSetup setup) => new StreamLoop<T, TCursor>(this, setup);

    internal sealed override Source<T> PartOf(StreamPartition partition) => new PartOfSource<T, TCursor>(this, partition);
}

/// <summary>Where a reader starts.</summary>
/// <typeparam name="TCursor">The position.</typeparam>
public sealed record SourceStart<TCursor>
{
    /// <summary>False on the first run: start at the beginning.</summary>
    public required bool HasCursor { get; init; }

    /// <summary>The saved low-water position; default if there is none.</summary>
    public required TCursor? Cursor { get; init; }

    /// <summary>What the source said of itself when the position was saved, or null.</summary>
    public required string? Fingerprint { get; init; }
}

/// <summary>One item with its key and the position after it.</summary>
/// <typeparam name="T">The item.</typeparam>
/// <typeparam name="TCursor">The position.</typeparam>
/// <param name="Key">Stable across attempts; 1 to 500 characters; the last part of the idempotency key.</param>
/// <param name="Value">The item.</param>
/// <param name="After">The position after it: with this saved, the item is never read again.</param>
public readonly record struct SourceItem<T, TCursor>(string Key, T Value, TCursor After)
{
    /// <summary>Set if the item could not be made from what was read: it goes to quarantine at once with this error, and the stream goes on.</summary>
    public Exception? Fault { get; init; }

    /// <summary>With <see cref="Fault"/>: the bytes that were read, kept in quarantine as they are, in place of the value.</summary>
    public byte[]? RawPayload { get; init; }
}

/// <summary>Reads forward, synchronously while it has items at hand and asynchronously to get more. Used by one caller at a time.</summary>
/// <typeparam name="T">The item.</typeparam>
/// <typeparam name="TCursor">The position.</typeparam>
public abstract class SourceReader<T, TCursor> : IAsyncDisposable
{
    /// <summary>How many items the whole source has, settled ones included, or null if unknown; may become known while reading.</summary>
    public virtual long? Count => null;

    /// <summary>
    /// How many items were seen to come or go behind the position since this reader was opened: repeated, vanished, moved.
    /// Only <see cref="SourceKind.Shifting"/> sources count them.
    /// </summary>
    public virtual long Shifted => 0;

    /// <summary>What the source says of itself now, saved with each checkpoint; null for nothing.</summary>
    public virtual string? Fingerprint => null;

    /// <summary>Takes the next item at hand. False: none at hand, ask <see cref="FillAsync"/>.</summary>
    /// <param name="item">The item.</param>
    public abstract bool TryRead(out SourceItem<T, TCursor> item);

    /// <summary>Gets more items. False: the source has ended. If it throws, it may be asked again: nothing is lost or handed out twice.</summary>
    /// <param name="cancellationToken">Drain or abort.</param>
    public abstract ValueTask<bool> FillAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
