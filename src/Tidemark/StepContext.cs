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

    /// <summary>The step is cancelled and counts as failed once the job has shown no progress for so long; <see cref="JobContext.ReportProgress"/> is a sign. Null: no limit.</summary>
    public TimeSpan? NoProgressLimit { get; init; }

    internal string? Fault =>
        ValidFor <= TimeSpan.Zero ? $"ValidFor is {ValidFor}. Use more than 0, or null for ever."
        : TimeLimit <= TimeSpan.Zero ? $"TimeLimit is {TimeLimit}. Use more than 0, or null for no limit."
        : NoProgressLimit <= TimeSpan.Zero ? $"NoProgressLimit is {NoProgressLimit}. Use more than 0, or null for no limit."
        : null;
}
