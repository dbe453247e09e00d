using Microsoft.Extensions.Logging;
using Tidemark.Seams;

namespace Tidemark.Scheduling;

/// <summary>
/// Brings the declarations of this process to the store, at its start, and keeps them there: reads what is kept, a page at a time, and writes what differs. After the first
/// start of a release it writes nothing, unless somebody else has changed them.
/// </summary>
internal sealed class Declarer(EngineParts parts)
{
    const int Page = 1_000;
    const int Tries = 10;

    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Scheduling");
    readonly string owner = parts.Options.Application;
    readonly string by = parts.Options.WorkerName;
    string[] unseen = []; // names whose rows are still to be looked for in this round

    /// <summary>Declares all, and marks what this application declares no longer. A process without a schedule says nothing about those of others.</summary>
    public async Task RunAsync()
    {
        if (parts.Schedules.Count == 0) return;
        var strangers = parts.Schedules.Keys.ToHashSet(StringComparer.Ordinal); // nobody's yet, or another application's
        SchedulePage? page = null;
        do
        {
            page = await parts.Store.ListSchedulesAsync(new() { Owner = owner, After = page?.Next, Limit = Page });
            var moved = await WriteAsync([.. page.Schedules.Select(kept => ChangeOf(kept, page.Now)).OfType<ScheduleChange>()]);
            strangers.ExceptWith(page.Schedules.Select(kept => kept.Row.Name).Except(moved, StringComparer.Ordinal));
        }
        while (page.Next is not null);
        foreach (var names in strangers.Order(StringComparer.Ordinal).Chunk(Page)) await DeclareAsync(names);
    }

    /// <summary>
    /// Takes back what another process of this application has marked while this one still declares it: two releases side by side, of which the older one was
    /// started last. And declares anew what is in the store no longer, which no list would ever show.
    /// </summary>
    public async Task KeepAsync()
    {
        if (parts.Schedules.Count == 0) return;
        await AdoptAsync();
        await RestoreAsync();
    }

    async Task AdoptAsync()
    {
        SchedulePage? page = null;
        do
        {
            page = await parts.Store.ListSchedulesAsync(new() { Owner = owner, TroubledBefore = DateTimeOffset.UnixEpoch, After = page?.Next, Limit = Page });
            var orphans = page.Schedules.Where(kept => kept.Row.Rest == ScheduleRest.Orphaned && parts.Schedules.ContainsKey(kept.Row.Name)).ToList();
            await WriteAsync([.. orphans.Select(kept => ChangeOf(kept, page.Now)).OfType<ScheduleChange>()]);
        }
        while (page.Next is not null);
    }

    // A page of names each time: that of a hundred thousand schedules none is missed for ever costs a look at a thousand rows.
    async Task RestoreAsync()
    {
        if (unseen.Length == 0) unseen = [.. parts.Schedules.Keys.Order(StringComparer.Ordinal)];
        var names = unseen[..Math.Min(Page, unseen.Length)];
        var kept = await parts.Store.ListSchedulesAsync(new() { Names = names, Limit = Page });
        string[] gone = [.. names.Except(kept.Schedules.Select(reading => reading.Row.Name), StringComparer.Ordinal)];
        await DeclareAsync(gone);
        unseen = unseen[names.Length..];
        foreach (var name in gone)
            logger.LogWarning("The schedule '{Schedule}' was in the store no longer: somebody has deleted its row, or put back a store from before it. It is declared anew, and what was due meanwhile is not known.", name);
    }

    ScheduleChange? ChangeOf(ScheduleReading kept, DateTimeOffset now) => parts.Schedules.TryGetValue(kept.Row.Name, out var declared)
        ? Declaring.Of(declared, owner, by, kept, now)
        : Declaring.Orphaned(kept, by, now);

    // Another process may declare at the same time: whoever comes second reads what the first has written, and mostly has nothing to add.
    async Task DeclareAsync(string[] names)
    {
        for (var tried = 0; names.Length > 0; tried++)
        {
            if (tried == Tries) throw new StoreException($"The schedule '{names[0]}' (and {names.Length - 1} more) changed {Tries} times while it was being declared. Start the process again, and see who changes them: tidemark schedule show {names[0]}.");
            var page = await parts.Store.ListSchedulesAsync(new() { Names = names, Limit = Page });
            var kept = page.Schedules.ToDictionary(reading => reading.Row.Name, StringComparer.Ordinal);
            names = await WriteAsync([.. names.Select(name => Declaring.Of(parts.Schedules[name], owner, by, kept.GetValueOrDefault(name), page.Now)).OfType<ScheduleChange>()]);
        }
    }

    // Answers the names whose row had moved.
    async Task<string[]> WriteAsync(ScheduleChange[] changes)
    {
        if (changes.Length == 0) return [];
        FaultPoints.Hit(FaultPoints.ScheduleBeforeCommit);
        var replies = await parts.Store.ChangeSchedulesAsync(changes);
        FaultPoints.Hit(FaultPoints.ScheduleAfterCommit);
        for (var at = 0; at < changes.Length; at++) parts.Instruments?.Enqueued(changes[at], replies[at]);
        var done = changes.Where((_, at) => replies[at].Verdict == ScheduleVerdict.Done).ToList();
        foreach (var orphan in done.Where(change => change.Row.Rest == ScheduleRest.Orphaned))
            logger.LogWarning("The schedule '{Schedule}' is declared by '{Application}' no longer: it rests.", orphan.Row.Name, owner);
        return [.. changes.Where((_, at) => replies[at].Verdict == ScheduleVerdict.Moved).Select(change => change.Row.Name)];
    }
}
