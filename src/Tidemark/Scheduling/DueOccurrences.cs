using Tidemark.Scheduling.Rules;

namespace Tidemark.Scheduling;

/// <summary>The occurrences after a cursor that are due by now: the newest of them, how many there are in all, and what comes next.</summary>
internal readonly record struct DueOccurrences
{
    /// <summary>Occurrences that are kept, and the most that any policy runs at once.</summary>
    public const int Most = 1_000;

    const int MostCounted = 10_000;

    /// <summary>Oldest first.</summary>
    public required List<DateTimeOffset> Newest { get; init; }

    /// <summary>All that are due; of more than 10,000 only so many are counted.</summary>
    public required long Count { get; init; }

    /// <summary>The first that is not due yet; null: the rule has none, or none yet.</summary>
    public required DateTimeOffset? Next { get; init; }

    public static DueOccurrences Find(ScheduleRule rule, string name, RuleFacts facts, DateTimeOffset cursor, DateTimeOffset now)
    {
        var newest = new Queue<DateTimeOffset>();
        long count = 0;
        var next = rule.Next(cursor, facts);
        while (next is { } at && rule.DueAt(at, name) <= now)
        {
            if (newest.Count == Most) newest.Dequeue();
            newest.Enqueue(at);
            // After years of silence a rule of seconds has more behind it than anybody waits for: on from shortly before the end.
            next = rule.Next(++count == MostCounted ? ShortlyBefore(rule, facts, at, now) : at, facts);
        }
        return new() { Newest = [.. newest], Count = count, Next = next };
    }

    // An instant that has at least as many occurrences between it and now as are kept, or the given one. Doubled spans: what has to be walked through
    // afterwards is at most about twice as much, but for rules that come in bursts.
    static DateTimeOffset ShortlyBefore(ScheduleRule rule, RuleFacts facts, DateTimeOffset at, DateTimeOffset now)
    {
        for (var span = TimeSpan.FromSeconds(Most); now - span > at; span *= 2)
        {
            var from = now - span;
            var last = (DateTimeOffset?)from;
            for (var found = 0; found <= Most && last is { } one && one <= now; found++)
            {
                if (found == Most) return from;
                last = rule.Next(one, facts);
            }
        }
        return at;
    }
}
