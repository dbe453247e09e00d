namespace Tidemark;

/// <summary>The identity of one job: a positive number given by the store, growing in the order of acceptance.</summary>
/// <param name="Value">The number.</param>
public readonly record struct JobId(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString();
}
