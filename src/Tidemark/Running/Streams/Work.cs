namespace Tidemark.Running;

/// <summary>One item on its way through the loop.</summary>
internal struct Work<T>
{
    public T Value;
    public string Key;

    /// <summary>Its place in the window; −1 for items of the retry list and of sources kept by key.</summary>
    public long Ordinal;

    /// <summary>Failed tries so far.</summary>
    public int Failures;

    /// <summary>From the durable retry list: settled by taking it off.</summary>
    public bool Listed;

    /// <summary>Set if the source could not make the item: it goes to quarantine with its raw text.</summary>
    public Exception? Fault;
    public byte[]? RawPayload;

    /// <summary>Its place in the presence while in flight.</summary>
    public int Place;

    /// <summary>Its handler time.</summary>
    public TryClock Clock;
}
