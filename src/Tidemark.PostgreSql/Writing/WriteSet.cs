namespace Tidemark.PostgreSql.Writing;

/// <summary>How operations of one kind are carried out together: by statements that take all of them at once, in a round trip that they share with other kinds.</summary>
internal abstract class WriteSet
{
    /// <summary>Adds their statements. What these answer sets the operations' answers, anew each time: the round trip may be made again after a rollback.</summary>
    public abstract void Add(RoundTrip trip, IEnumerable<WriteOperation> operations);
}

internal abstract class WriteSet<T> : WriteSet where T : WriteOperation
{
    public sealed override void Add(RoundTrip trip, IEnumerable<WriteOperation> operations) => Add(trip, [.. operations.Cast<T>()]);

    protected abstract void Add(RoundTrip trip, IReadOnlyList<T> operations);
}
