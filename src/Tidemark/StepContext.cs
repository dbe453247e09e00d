namespace Tidemark;

/// <summary>What a step's body is given.</summary>
/// <param name="Name">The step's name.</param>
/// <param name="IdempotencyKey">job/step: the same on every try.</param>
public readonly record struct StepContext(string Name, string IdempotencyKey);

/// <summary>How a step is remembered and bounded.</summary>
public sealed record StepOptions
{
    internal static StepOptions Default { get; } = new();

    /// <summary>The memo is good for so long; an older one is run again. Null: for ever.</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>The step is cancelled after so long and counts as failed. Null: no limit, an honest eight-hour step is welcome.</summary>
    public TimeSpan? TimeLimit { get; init; }
}
