using Tidemark.Reading;
using Tidemark.Scheduling;

namespace Tidemark.Storage.InMemory;

/// <summary>One schedule with all that hangs on it.</summary>
internal sealed class ScheduleEntryRow
{
    public required ScheduleRow Row { get; set; }
    public required long Version { get; set; }
    public JobId? LastJob { get; set; }
    public SortedDictionary<DateTimeOffset, OccurrenceReading> Occurrences { get; } = [];
    public List<AuditReading> Audit { get; } = [];
}

/// <summary>Schedules by name, and in the order of their wakes.</summary>
internal sealed class ScheduleTable
{
    readonly SortedDictionary<string, ScheduleEntryRow> byName = new(StringComparer.Ordinal);
    readonly SortedSet<(DateTimeOffset WakeAt, string Name)> wakes = new(Comparer<(DateTimeOffset WakeAt, string Name)>.Create((one, other) =>
        one.WakeAt.CompareTo(other.WakeAt) is var order and not 0 ? order : string.CompareOrdinal(one.Name, other.Name)));

    public IEnumerable<ScheduleEntryRow> All => byName.Values;

    public DateTimeOffset? NextWakeAt => wakes.Count > 0 ? wakes.Min.WakeAt : null;

    public ScheduleEntryRow? Find(string name) => byName.GetValueOrDefault(name);

    public IEnumerable<ScheduleEntryRow> Due(DateTimeOffset now) => wakes.TakeWhile(wake => wake.WakeAt <= now).Select(wake => byName[wake.Name]);

    public ScheduleEntryRow Put(ScheduleRow row)
    {
        var known = Find(row.Name);
        if (known is null) byName.Add(row.Name, known = new() { Row = row, Version = 0 });
        else if (known.Row.WakeAt is { } former) wakes.Remove((former, row.Name));
        known.Row = row with { Arguments = Bytes.Copy(row.Arguments), WakeAt = row.WakeAt is { } at ? StoreLaw.ToMilliseconds(at) : null };
        known.Version++;
        if (known.Row.WakeAt is { } wake) wakes.Add((wake, row.Name));
        return known;
    }
}
