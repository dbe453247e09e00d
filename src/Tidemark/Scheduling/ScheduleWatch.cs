using Microsoft.Extensions.Logging;
using Tidemark.Scheduling.Rules;
using Tidemark.Seams;
using Tidemark.Upkeep;

namespace Tidemark.Scheduling;

/// <summary>
/// Says loudly when a schedule does not do what it should: one warning and one alert when it begins, and when it is over. Every worker judges for itself, by
/// the store's facts; so do health checks and the command line, also where no worker runs.
/// </summary>
internal sealed class ScheduleWatch(EngineParts parts, AlertBoard alerts)
{
    /// <summary>With <see cref="ScheduleTroubles.Grace"/> less than a minute: so long it takes at most until it is told.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>Schedules that are told of; of more, how many.</summary>
    public const int Most = 100;

    /// <summary>Schedules in trouble that a worker keeps an eye on.</summary>
    public const int MostWatched = Storage.StoreLimits.LargestPage;

    const string All = "*"; // the subject of what is not one schedule's: no name

    readonly ILogger logger = parts.Loggers.CreateLogger("Tidemark.Scheduling");
    Dictionary<(string Schedule, string Kind), Alert> told = [];
    Task<List<(string Schedule, ScheduleTrouble Trouble)>>? look;

    public async Task RunOnceAsync()
    {
        try
        {
            look ??= LookAsync(); // one that has not been answered is not asked again
            if (!await EndsAsync(look))
            {
                Blind($"the store has not answered for {Setting.Words(parts.Options.LeaseDuration)}");
                return;
            }
            var troubles = await look;
            look = null;
            Tell(troubles);
            if (parts.Instruments is { } instruments) instruments.Troubles = troubles.Where(one => one.Schedule != All).GroupBy(one => one.Trouble.Kind, StringComparer.Ordinal).ToDictionary(of => of.Key, of => of.Count(), StringComparer.Ordinal);
        }
        catch (Exception fault) // whatever it is: who watches and sees nothing says so, and the chore tries again
        {
            look = null;
            Blind(fault.Message);
            throw;
        }
    }

    /// <summary>The first of those in trouble, each trouble for itself; and whether there are more.</summary>
    public static async Task<(List<(string Schedule, ScheduleTrouble Trouble)> Troubles, bool More)> TroublesAsync(Storage.IJobStore store)
    {
        var (troubles, next) = await ReadAsync(store, new() { Limit = Most });
        return (troubles, next is not null);
    }

    async Task<bool> EndsAsync(Task asked)
    {
        try
        {
            await asked.WaitAsync(parts.Options.LeaseDuration, parts.Lanes.Timers);
        }
        catch (TimeoutException)
        {
            // it may have been answered in this very moment, whatever the answer
        }
        return asked.IsCompleted;
    }

    async Task<List<(string Schedule, ScheduleTrouble Trouble)>> LookAsync()
    {
        var (troubles, next) = await ReadAsync(parts.Store, new() { Limit = MostWatched });
        if (next is null) return troubles;
        // A full page: those behind it that were told of are looked at by name, lest they be taken for well.
        string[] behind = [.. told.Keys.Select(of => of.Schedule).Where(name => name != All && string.CompareOrdinal(name, next) > 0).Distinct(StringComparer.Ordinal).Take(MostWatched)];
        if (behind.Length > 0) troubles.AddRange((await ReadAsync(parts.Store, new() { Names = behind, Limit = MostWatched })).Troubles);
        troubles.Add((All, new("more", $"more than {MostWatched:N0} schedules are in trouble: the others are not told one by one", "tidemark schedule list")));
        return troubles;
    }

    static async Task<(List<(string Schedule, ScheduleTrouble Trouble)> Troubles, string? Next)> ReadAsync(Storage.IJobStore store, ScheduleFilter filter)
    {
        var now = (await store.GetStoreAsync()).Now;
        var page = await store.ListSchedulesAsync(filter with { TroubledBefore = now - ScheduleTroubles.Grace, DecidedBeyond = now + ScheduleTroubles.Grace });
        if (page.Schedules.Length == 0) return ([], null);
        var facts = await ScheduleFacts.ReadAsync(store);
        return ([.. page.Schedules.SelectMany(reading => ScheduleTroubles.Of(reading, facts).Select(trouble => (reading.Row.Name, trouble)))], page.Next);
    }

    // What was told of is not taken for well.
    void Blind(string why)
    {
        if (parts.Instruments is { } instruments) instruments.Troubles = null;
        var unwatched = new ScheduleTrouble("unwatched", $"whether schedules run cannot be seen: {why}", "See that the store can be read: tidemark doctor.");
        Tell([.. told.Values.Select(Trouble), (All, unwatched)]);
    }

    void Tell(List<(string Schedule, ScheduleTrouble Trouble)> troubles)
    {
        var now = new Dictionary<(string, string), Alert>();
        foreach (var (schedule, trouble) in troubles)
        {
            var key = (schedule, trouble.Kind);
            if (told.TryGetValue(key, out var known)) now[key] = known;
            else if (now.Count < 2 * MostWatched) now[key] = Begun(schedule, trouble);
        }
        foreach (var (key, alert) in told)
        {
            if (now.ContainsKey(key)) continue;
            logger.LogInformation("Over: {Alert}, since {Since}. {Message}", alert.Id, InstantText.Of(alert.Since), alert.Message);
            alerts.Raise(alert with { IsOver = true });
        }
        told = now;
    }

    Alert Begun(string schedule, ScheduleTrouble trouble)
    {
        var alert = new Alert
        {
            Kind = $"schedule.{trouble.Kind}",
            Subject = schedule,
            IsOver = false,
            Since = trouble.Since ?? parts.Time.GetUtcNow(),
            Message = schedule == All ? $"Schedules: {trouble.Text}." : $"The schedule '{schedule}': {trouble.Text}.",
            Remedy = trouble.Remedy,
            Worker = parts.Options.WorkerName,
        };
        logger.LogWarning("{Alert}: {Message} {Remedy}", alert.Id, alert.Message, alert.Remedy);
        alerts.Raise(alert);
        return alert;
    }

    static (string, ScheduleTrouble) Trouble(Alert alert) => (alert.Subject, new(alert.Kind["schedule.".Length..], alert.Message, alert.Remedy));
}
