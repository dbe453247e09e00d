namespace Tidemark;

/// <summary>One item as the handler gets it.</summary>
/// <typeparam name="T">The item's type.</typeparam>
public readonly struct StreamItem<T>
{
    readonly string streamKey;

    internal StreamItem(T value, string key, string streamKey, int attempt)
    {
        Value = value;
        Key = key;
        this.streamKey = streamKey;
        Attempt = attempt;
    }

    /// <summary>The item.</summary>
    public T Value { get; }

    /// <summary>Its key: the same on every attempt.</summary>
    public string Key { get; }

    /// <summary>Which try of this item this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>job/stream/key: the same on every try. Give it to the other side.</summary>
    public string IdempotencyKey => $"{streamKey}/{Key}";
}
