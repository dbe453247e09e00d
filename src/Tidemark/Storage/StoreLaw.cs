using System.Globalization;
using Tidemark.Leasing;
using Tidemark.Lifecycle;
using Tidemark.Settling;

namespace Tidemark.Storage;

/// <summary>
/// What every store decides alike, as pure functions: so that "works the same" is shared code where it can be,
/// and the contract suite has less to compare.
/// </summary>
internal static class StoreLaw
{
    /// <summary>One step of priority counts as so much waiting.</summary>
    public const long RankStepMs = 60_000;

    /// <summary>The claim order: smaller goes first, ties by id. Fixed at insert; only an operator's wake may make it smaller.</summary>
    public static long Rank(DateTimeOffset due, int priority) => due.ToUnixTimeMilliseconds() - priority * RankStepMs;

    /// <summary>The gate of a live row. <paramref name="due"/> null means until an event. One with a limit is let in by a claim only.</summary>
    public static Gate GateOf(JobState state, DateTimeOffset? due, bool suspect, bool limited, DateTimeOffset now) => state switch
    {
        JobState.Running => Gate.Leased,
        JobState.Pending when due <= now && !limited => suspect ? Gate.Suspect : Gate.Open,
        // A parked row stays behind its gate even if its time has come: only the wake makes it pending.
        JobState.Pending or JobState.Parked when due is not null => Gate.Due,
        _ => Gate.Event,
    };

    /// <summary>Whether a pending job says <see cref="WaitsFor"/>.</summary>
    public static bool IsWaitForPlace(string? reason) => reason?.StartsWith(WaitsForPlace, StringComparison.Ordinal) == true;

    /// <summary>What is told of a job that waits for a place.</summary>
    public static string WaitsFor(string key, int places) =>
        WaitsForTemplate.Replace("{places}", places.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{key}", key, StringComparison.Ordinal);

    /// <summary><see cref="WaitsFor"/> with places for its values; the key goes in last. A store that writes it in a statement is given it.</summary>
    public const string WaitsForTemplate = WaitsForPlace + "at most {places} at a time of '{key}'";

    const string WaitsForPlace = "waits for a place: ";

    /// <summary>Whether another job may start because of this outcome: the next for a place of its limit, or the one that waits for its partitions.</summary>
    public static bool MayLetOthersGo(Settlement settlement) =>
        settlement.Job is { Limit: not null } or { Visit: not null } || (settlement.Next == JobState.Parked && PartitionLaw.IsWait(settlement.Reason));

    /// <summary>
    /// What an open ask still does to a job that ends its attempt without having obeyed it: a cancel stops whatever the law
    /// lets be cancelled, a park puts aside what would be pending. Null: the ask is moot.
    /// </summary>
    public static JobEvent? FollowUp(JobState next, AskKind asked)
    {
        var happened = asked == AskKind.Cancel ? JobEvent.Cancel : JobEvent.Park;
        return Transitions.Next(next, happened) is null ? null : happened;
    }

    /// <summary>Refuses a settlement that the law does not know, before any of its batch is written.</summary>
    public static void Check(Settlement settlement)
    {
        var next = Transitions.Next(JobState.Running, settlement.Event);
        if (next != settlement.Next)
            throw new ArgumentException(
                $"The settlement of job {settlement.Lease.Job} says {settlement.Event} → {settlement.Next}, but the law says → {next?.ToString() ?? "refused"}. " +
                "Make it with Transitions.Next.", nameof(settlement));
        if (settlement is { DueAt: not null, DueAfter: not null })
            throw new ArgumentException($"The settlement of job {settlement.Lease.Job} has both DueAt and DueAfter. Give one.", nameof(settlement));
        if (settlement.Job.Id != settlement.Lease.Job || settlement.Job.Fence != settlement.Lease.Fence)
            throw new ArgumentException(
                $"The settlement's row is job {settlement.Job.Id} fence {settlement.Job.Fence}, its lease is for job {settlement.Lease.Job} fence {settlement.Lease.Fence}. " +
                "Give the row as claimed.", nameof(settlement));
    }

    /// <summary>
    /// A park lasts so long at least: it costs no budget, and a rule that parks until an instant already past would start the job again and again.
    /// </summary>
    public static readonly TimeSpan LeastPark = TimeSpan.FromSeconds(1);

    /// <summary>When the job is due after its settlement; null: until an event.</summary>
    public static DateTimeOffset? DueOf(Settlement settlement, DateTimeOffset now) => settlement switch
    {
        { Next: JobState.Parked, DueAt: { } at } when at <= now => ToMilliseconds(now + LeastPark),
        { DueAt: { } at } => ToMilliseconds(at),
        { DueAfter: { } after } => ToMilliseconds(after < DateTimeOffset.MaxValue - now ? now + after : DateTimeOffset.MaxValue),
        { Next: JobState.Parked } => null,
        _ => now,
    };

    /// <summary>Stores keep milliseconds in UTC: what is read back must equal what was answered.</summary>
    public static DateTimeOffset ToMilliseconds(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
}
