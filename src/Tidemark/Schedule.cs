using System.Collections.Immutable;
using Tidemark.Scheduling.Rules;
using Tidemark.Storage;

namespace Tidemark;

/// <summary>When a schedule's occurrences are: a rhythm and its limits. Immutable, and pure: it asks no clock.</summary>
/// <remarks>
/// By the wall clock of a zone (<see cref="Cron"/>, <c>Every.Day.At(2, 0)</c>): a local time that does not exist is met at the first valid instant, one that
/// comes twice is met once. By physical time on a grid (<c>Every.Hours(6)</c>), or so long after the last job ended. Or at given instants.
/// </remarks>
/// <example><code>Every.Day.At(2, 0).In("Asia/Kathmandu").Except(new DateOnly(2026, 10, 20))</code></example>
public sealed class Schedule
{
    const int MostExcepted = 1_000;
    static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan MostInterval = TimeSpan.FromDays(3_650);

    internal Schedule(ScheduleRule rule) => Rule = rule;

    internal ScheduleRule Rule { get; }

    /// <summary>The rule as it is stored: equal for equal rules.</summary>
    public string Definition => RuleText.Of(Rule);

    /// <summary>By a cron expression, with the clock of UTC unless <see cref="In"/> says otherwise.</summary>
    /// <param name="expression">As <see cref="CronExpression.Parse"/> reads it; <c>H</c> chooses by the schedule's name.</param>
    /// <exception cref="CronFormatException">It says nothing that can be done; where and why.</exception>
    public static Schedule Cron(string expression) => new(new() { Rhythm = new CronRhythm(CronExpression.Parse(expression, "schedule")) });

    /// <summary>At these instants, and never again.</summary>
    /// <param name="instants">1 to 1,000.</param>
    /// <exception cref="ArgumentException">None, or too many.</exception>
    public static Schedule At(params DateTimeOffset[] instants)
    {
        ArgumentNullException.ThrowIfNull(instants);
        if (instants.Length is 0 or > MostExcepted) throw new ArgumentException($"{instants.Length:N0} instants were given. Use 1 to {MostExcepted:N0}.", nameof(instants));
        return new(new() { Rhythm = new InstantRhythm([.. instants.Select(Whole).Distinct().Order()]) });
    }

    /// <summary>Reads what <see cref="Definition"/> gave.</summary>
    /// <param name="definition">The text.</param>
    /// <exception cref="FormatException">It says nothing that this release knows.</exception>
    public static Schedule Parse(string definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new(RuleText.Parse(definition, "schedule"));
    }

    internal static Schedule EveryInterval(TimeSpan interval) =>
        interval >= LeastInterval && interval <= MostInterval && interval.Ticks % TimeSpan.TicksPerMillisecond == 0
            ? new(new() { Rhythm = new GridRhythm(interval, null) })
            : throw new ArgumentOutOfRangeException(nameof(interval), interval, $"The interval is {interval}. Use {Setting.Words(LeastInterval)} to {Setting.Words(MostInterval)}, in whole milliseconds.");

    /// <summary>By the clock of this zone.</summary>
    /// <param name="zone">Its IANA name: <c>Europe/Rome</c>.</param>
    /// <exception cref="ArgumentException">This machine does not know it.</exception>
    public Schedule In(string zone)
    {
        try
        {
            return new(Rule with { Zone = Zones.Find(zone) });
        }
        catch (FormatException unknown)
        {
            throw new ArgumentException(unknown.Message, nameof(zone), unknown);
        }
    }

    /// <summary>Counts an interval from this instant, which is the first occurrence. Without it: from the instant of the first declaration, which the store keeps.</summary>
    /// <param name="instant">The anchor; cut to milliseconds.</param>
    /// <exception cref="InvalidOperationException">This is no interval on a grid.</exception>
    public Schedule From(DateTimeOffset instant) => new(Rule with { Rhythm = Grid(nameof(From)) with { From = Whole(instant) } });

    /// <summary>
    /// Counts an interval from the end of the last job instead of on a grid. An instant that lies before <see cref="Starting"/> or on a day of rest moves to where it may be; one that was let go, in a
    /// pause or for its lateness, is counted anew from there.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is no interval on a grid.</exception>
    public Schedule AfterCompletion() => new(Rule with { Rhythm = new CompletionRhythm(Grid(nameof(AfterCompletion)).Interval) });

    /// <summary>No occurrence before this instant.</summary>
    /// <param name="instant">The first that may be; cut to milliseconds.</param>
    public Schedule Starting(DateTimeOffset instant) => new(Rule with { Start = Whole(instant) });

    /// <summary>No occurrence after this instant.</summary>
    /// <param name="instant">The last that may be; cut to milliseconds.</param>
    public Schedule Until(DateTimeOffset instant) => new(Rule with { End = Whole(instant) });

    /// <summary>Starts each occurrence a little later, by a time that its name and instant choose: the same in every process, different for different schedules.</summary>
    /// <param name="most">More than 0, at most 1 day; less than the time between two occurrences.</param>
    /// <exception cref="ArgumentOutOfRangeException">Out of that range.</exception>
    public Schedule Jitter(TimeSpan most) => most >= TimeSpan.FromMilliseconds(1) && most <= TimeSpan.FromDays(1)
        ? new(Rule with { Jitter = TimeSpan.FromMilliseconds(most.Ticks / TimeSpan.TicksPerMillisecond) })
        : throw new ArgumentOutOfRangeException(nameof(most), most, $"The jitter is {most}. Use 1 ms to 1 day.");

    /// <summary>Not on these days, by the clock of the zone: holidays.</summary>
    /// <param name="days">At most 1,000 in all.</param>
    /// <exception cref="ArgumentException">Too many.</exception>
    public Schedule Except(params DateOnly[] days)
    {
        ArgumentNullException.ThrowIfNull(days);
        return Excepting([.. days.Select(day => new ExceptedDays(day, day))]);
    }

    /// <summary>Not on these days, the first and the last among them, by the clock of the zone.</summary>
    /// <param name="first">The first.</param>
    /// <param name="last">The last.</param>
    /// <exception cref="ArgumentException">The last comes before the first, or there are too many.</exception>
    public Schedule ExceptFrom(DateOnly first, DateOnly last) => first <= last
        ? Excepting([new(first, last)])
        : throw new ArgumentException($"The days from {first:O} to {last:O} are none. Give the earlier one first.", nameof(last));

    /// <summary>The first occurrence after an instant, before jitter; null: there is none any more.</summary>
    /// <param name="after">The occurrence is later than this.</param>
    /// <exception cref="InvalidOperationException">It counts from what only the store knows.</exception>
    public DateTimeOffset? Next(DateTimeOffset after) => Rule.Rhythm is CompletionRhythm or GridRhythm { From: null }
        ? throw new InvalidOperationException($"'{Definition}' counts from what only the store knows. Give it an instant with From, or ask IScheduleClient.NextAsync or 'tidemark schedule next NAME'.")
        : Rule.Next(after, default);

    /// <summary>The rule in plain words: "At 02:00, by the clock of Asia/Kathmandu".</summary>
    public string Describe() => Rule.Describe();

    /// <summary><see cref="Definition"/>.</summary>
    public override string ToString() => Definition;

    GridRhythm Grid(string call) => Rule.Rhythm as GridRhythm
        ?? throw new InvalidOperationException($"{call} counts an interval, and '{Rule.Rhythm.Text}' is none. Use it after Every.Hours(6) and its like; for a first instant use Starting.");

    Schedule Excepting(ImmutableArray<ExceptedDays> more)
    {
        ImmutableArray<ExceptedDays> all = [.. Rule.Except.Concat(more).Distinct().OrderBy(days => days.First).ThenBy(days => days.Last)];
        return all.Length <= MostExcepted ? new(Rule with { Except = all }) : throw new ArgumentException($"{all.Length:N0} excepted days were given. Use at most {MostExcepted:N0}; ExceptFrom takes many as one.", nameof(more));
    }

    static DateTimeOffset Whole(DateTimeOffset instant) => StoreLaw.ToMilliseconds(instant);
}
