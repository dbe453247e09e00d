namespace Tidemark.Cli.Reports;

/// <summary>What a command has done, for programs; people get a sentence.</summary>
/// <param name="Action">The command's own word: cancel, replay, pause.</param>
/// <param name="Outcome"><c>done</c>; <c>asked</c>: a running job obeys at its next checkpoint; <c>refused</c>: nothing changed; <c>not_found</c>.</param>
internal sealed record Acted(string Action, string Outcome)
{
    internal long? Job { get; init; }
    internal string? Queue { get; init; }

    internal string? Schedule { get; init; }

    /// <summary>Of a schedule, that will be run.</summary>
    internal int? Occurrences { get; init; }

    /// <summary>The job's, as it was found.</summary>
    internal JobState? State { get; init; }

    /// <summary>When a parked job is due again.</summary>
    internal DateTimeOffset? DueAt { get; init; }

    /// <summary>Of a lock.</summary>
    internal long? Token { get; init; }

    /// <summary>Items that the action was for.</summary>
    internal long? Items { get; init; }

    /// <summary>The child jobs that replay them.</summary>
    internal long[]? Visits { get; init; }

    internal static Field<Acted>[] Fields { get; } =
    [
        new("action", null, it => it.Action),
        new("outcome", null, it => it.Outcome),
        new("job", null, it => it.Job),
        new("queue", null, it => it.Queue),
        new("schedule", null, it => it.Schedule),
        new("occurrences", null, it => it.Occurrences),
        new("state", null, it => it.State?.ToString().ToLowerInvariant()),
        new("due_at", null, it => it.DueAt),
        new("token", null, it => it.Token),
        new("items", null, it => it.Items),
        new("visits", null, it => it.Visits),
    ];
}

/// <summary>The values of <see cref="Acted.Outcome"/>.</summary>
internal static class Outcomes
{
    internal const string Done = "done";
    internal const string Asked = "asked";
    internal const string Refused = "refused";
    internal const string NotFound = "not_found";
}
