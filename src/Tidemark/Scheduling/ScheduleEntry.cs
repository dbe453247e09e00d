using System.Text.Json;
using Tidemark.Scheduling.Rules;

namespace Tidemark.Scheduling;

/// <summary>A row with its texts read: what the pure functions work on.</summary>
internal sealed record ScheduleEntry
{
    public required string Name { get; init; }
    public required string Owner { get; init; }
    public required long Version { get; init; }
    public required ScheduleTerms Terms { get; init; }
    public required ScheduleState State { get; init; }
    public required byte[] Arguments { get; init; }
    public required LastJob? LastJob { get; init; }

    /// <exception cref="FormatException">This release cannot read it.</exception>
    public static ScheduleEntry Of(ScheduleReading reading)
    {
        try
        {
            return new()
            {
                Name = reading.Row.Name,
                Owner = reading.Row.Owner,
                Version = reading.Version,
                Terms = JsonSerializer.Deserialize(reading.Row.Terms, ScheduleJson.Default.ScheduleTerms)!,
                State = JsonSerializer.Deserialize(reading.Row.State, ScheduleJson.Default.ScheduleState)!,
                Arguments = reading.Row.Arguments,
                LastJob = reading.LastJob,
            };
        }
        catch (JsonException fault)
        {
            throw new FormatException($"What is stored of the schedule '{reading.Row.Name}' cannot be read: {fault.Message} Use the release that wrote it, or a newer one.", fault);
        }
    }

    /// <exception cref="FormatException">The rule says nothing that this release, or this machine, knows.</exception>
    public ScheduleRule Rule() => RuleText.Parse(Terms.Rule, Name);

    public RuleFacts Facts => new(State.Anchor, LastJob is { IsOpen: true } ? null : State.CompletedAt ?? State.Anchor);

    public ScheduleRow ToRow(DateTimeOffset? wakeAt, ScheduleRest rest, string? fault = null) => new()
    {
        Name = Name,
        Owner = Owner,
        Terms = Text(Terms),
        Arguments = Arguments,
        State = JsonSerializer.Serialize(State, ScheduleJson.Default.ScheduleState),
        WakeAt = wakeAt,
        Rest = rest,
        Fault = fault ?? (State.HeldUpSince is null ? null : ScheduleTroubles.HeldUp),
        DecidedUntil = State.Cursor,
    };

    public static string Text(ScheduleTerms terms) => JsonSerializer.Serialize(terms, ScheduleJson.Default.ScheduleTerms);
}
