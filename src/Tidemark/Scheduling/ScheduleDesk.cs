using Tidemark.Lifecycle;
using Tidemark.Scheduling.Rules;
using Tidemark.Storage;

namespace Tidemark.Scheduling;

/// <summary>Where schedules are read and steered, for client and command line alike: reads, decides, writes by compare and set, and reads again if others were first.</summary>
internal sealed class ScheduleDesk(IJobStore store, string by, Seams.Instruments? instruments = null)
{
    const int Tries = 100;
    static readonly TimeSpan Window = TimeSpan.FromSeconds(1); // of occurrences that are looked at together

    public async Task<ScheduleStatus?> FindAsync(string name) =>
        await store.GetScheduleAsync(name) is { } details ? StatusOf(details.Schedule, await ScheduleFacts.ReadAsync(store)) : null;

    public async Task<IReadOnlyList<DateTimeOffset>> NextAsync(string name, int count)
    {
        if (count is < 1 or > DueOccurrences.Most) throw new ArgumentOutOfRangeException(nameof(count), count, $"{count} occurrences were asked for. Use 1 to {DueOccurrences.Most:N0}.");
        var details = await GetAsync(name);
        var (entry, next) = (ScheduleEntry.Of(details.Schedule), new List<DateTimeOffset>(count));
        var rule = entry.Rule();
        var after = entry.State.Cursor > details.Now ? entry.State.Cursor : details.Now;
        while (next.Count < count && rule.Next(after, entry.Facts) is { } at)
        {
            next.Add(at);
            after = at;
        }
        return next;
    }

    public async Task<bool> PauseAsync(string name, string? reason) => await ChangeAsync(name, (entry, now) => ScheduleActs.Pause(entry, by, ErrorText.Reason(reason), now)) is not null;

    public async Task<bool> ResumeAsync(string name) => await ChangeAsync(name, (entry, now) => ScheduleActs.Resume(entry, by, now)) is not null;

    public async Task<JobId> TriggerAsync(string name, string? reason)
    {
        var done = await ChangeAsync(name, async (entry, now) => ScheduleActs.Trigger(entry, by, ErrorText.Reason(reason), now, await FreeInstantAsync(entry, now)));
        return done!.Jobs[0]!.Value; // its instant was free, and still is where the row has not moved
    }

    public async Task<int> CatchUpAsync(string name, DateTimeOffset from, DateTimeOffset to)
    {
        if (to < from) throw new ArgumentException($"The window ends at {InstantText.Of(to)}, before it begins at {InstantText.Of(from)}. Give the earlier instant first.", nameof(to));
        var had = await OccurrencesAsync(name, from, to);
        var count = 0;
        await ChangeAsync(name, (entry, now) =>
        {
            (var change, count) = ScheduleActs.CatchUp(entry, had, from, to, by, now);
            return change;
        });
        return count;
    }

    public static ScheduleStatus StatusOf(ScheduleReading reading, ScheduleFacts facts)
    {
        var troubles = ScheduleTroubles.Of(reading, facts).ToList();
        ScheduleEntry? entry = null;
        var (description, next) = ("", (DateTimeOffset?)null);
        try
        {
            entry = ScheduleEntry.Of(reading);
            var rule = entry.Rule();
            description = rule.Describe();
            if (reading.Row.Rest == ScheduleRest.None) next = rule.Next(entry.State.Cursor, entry.Facts);
        }
        catch (FormatException fault)
        {
            description = fault.Message;
        }
        return new()
        {
            Name = reading.Row.Name,
            Application = reading.Row.Owner,
            Definition = entry?.Terms.Rule ?? reading.Row.Terms,
            Description = description,
            Job = entry?.Terms.Job ?? "",
            Queue = entry?.Terms.Queue ?? "",
            Misfire = entry?.Terms.Misfire ?? default,
            Overlap = entry?.Terms.Overlap ?? default,
            DeclaredAt = entry?.State.DeclaredAt ?? default,
            Anchor = entry?.State.Anchor ?? default,
            LastAt = entry?.State.LastAt,
            LastJob = reading.LastJob?.Id,
            LastJobState = reading.LastJob?.State,
            NextAt = next,
            Waiting = entry?.State.Waiting.Length ?? 0,
            Fired = entry?.State.Fired ?? 0,
            Missed = entry?.State.Missed ?? 0,
            Skipped = entry?.State.Skipped ?? 0,
            Troubles = troubles,
        };
    }

    Task<ScheduleReply?> ChangeAsync(string name, Func<ScheduleEntry, DateTimeOffset, ScheduleChange?> decide) =>
        ChangeAsync(name, (entry, now) => ValueTask.FromResult(decide(entry, now)));

    // Null: nothing was to be done.
    async Task<ScheduleReply?> ChangeAsync(string name, Func<ScheduleEntry, DateTimeOffset, ValueTask<ScheduleChange?>> decide)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            var details = await GetAsync(name);
            if (await decide(ScheduleEntry.Of(details.Schedule), details.Now) is not { } change) return null;
            if ((await store.ChangeSchedulesAsync([change]))[0] is not { Verdict: ScheduleVerdict.Done } done) continue;
            instruments?.Enqueued(change, done);
            return done;
        }
        throw Contended(name);
    }

    // An occurrence is told from others by its millisecond: who comes second in one takes the next that is neither taken nor the rule's own, which would
    // pass for run. Read after the row: whatever is taken since moves its version.
    async Task<DateTimeOffset> FreeInstantAsync(ScheduleEntry entry, DateTimeOffset now)
    {
        var at = StoreLaw.ToMilliseconds(now);
        while (true)
        {
            var until = at + Window;
            for (var taken = await OccurrencesAsync(entry.Name, at, until); at <= until; at = NextBesides(entry, at))
                if (!taken.Contains(at)) return at;
        }
    }

    static DateTimeOffset NextBesides(ScheduleEntry entry, DateTimeOffset at)
    {
        var rule = entry.Rule();
        do at = at.AddMilliseconds(1);
        while (rule.Next(at.AddTicks(-1), entry.Facts) == at);
        return at;
    }

    async Task<HashSet<DateTimeOffset>> OccurrencesAsync(string name, DateTimeOffset from, DateTimeOffset to)
    {
        var all = new HashSet<DateTimeOffset>();
        for (var last = (DateTimeOffset?)to; last is { } until;)
        {
            var page = await store.ListOccurrencesAsync(new() { Schedule = name, From = from, To = until, Limit = StoreLimits.LargestPage });
            all.UnionWith(page.Select(one => one.At));
            last = page.Length == StoreLimits.LargestPage ? page[^1].At.AddMilliseconds(-1) : null;
        }
        return all;
    }

    async Task<ScheduleDetails> GetAsync(string name) => await store.GetScheduleAsync(name) ?? throw new KeyNotFoundException($"There is no schedule '{name}' in this store. Those that there are: tidemark schedule list.");

    static StoreException Contended(string name) => new($"The schedule '{name}' was changed by others {Tries} times while it was to be changed; nothing was done. Try again.");
}
