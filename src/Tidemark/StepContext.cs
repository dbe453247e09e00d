namespace Tidemark;

/// <summary>What a step's body is given.</summary>
/// <param name="Name">The step's name.</param>
/// <param name="IdempotencyKey">
/// job/step: the same on every try. A step that is run anew because its memo's time (<see cref="StepOptions.ValidFor"/>) is over has a key of its
/// own, job/step@expiry, again the same on every try of that run: under the old key an idempotent other side would answer what has expired.
/// </param>
public readonly record struct StepContext(string Name, string IdempotencyKey);

/// <summary>How a step is remembered and bounded.</summary>
public sealed record StepOptions
{
    internal static StepOptions Default { get; } = new();

    /// <summary>The memo is good for so long; an older one is run again, under an idempotency key of its own. More than 0, at most 3,650 days. Null: for ever.</summary>
    public TimeSpan? ValidFor { get; init; }

    /// <summary>The step is cancelled after so long and counts as failed. More than 0, at most 30 days. Null: no limit, an honest eight-hour step is welcome.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>The step is cancelled and counts as failed once the job has shown no progress for so long; <see cref="JobContext.ReportProgress"/> is a sign. More than 0, at most 30 days. Null: no limit.</summary>
    public TimeSpan? NoProgressLimit { get; init; }

    internal string? Fault => ReferenceEquals(this, Default) ? null : Setting.Faults("",
        new(nameof(ValidFor), ValidFor, Setting.MoreThanZero, Setting.MostKept, "for ever"),
        new(nameof(TimeLimit), TimeLimit, Setting.MoreThanZero, Setting.MostWait, "for no limit"),
        new(nameof(NoProgressLimit), NoProgressLimit, Setting.MoreThanZero, Setting.MostWait, "for no limit")).FirstOrDefault();
}
