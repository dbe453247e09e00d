using SimReconciliation.Watch;
using Tidemark;

namespace SimReconciliation.Reconcile;

/// <summary>What a run did, what interrupted it, and what that cost: from the engine's own books.</summary>
internal static class RunSummary
{
    private const int MostTold = 5;
    private const int WidestDetail = 64;

    public static void Print(string run, JobStatus job, IReadOnlyList<QuarantinedItem> quarantine, TextWriter to)
    {
        var stream = job.Streams.Single();
        var kills = job.Interruptions.Where(one => one.Items > 0).ToList();
        var parks = job.Interruptions.Where(one => one.Cause == "Park").ToList();
        to.WriteLine($"Run '{run}' (job {job.Id}): {Words.Count(job.Interruptions.Count, "interruption")}");
        to.WriteLine($"  done                 {stream.Done,12:N0}");
        to.WriteLine($"  set aside            {stream.Quarantined,12:N0}");
        to.WriteLine($"  tried again          {stream.Retried,12:N0}  after failures of the carrier");
        to.WriteLine($"  redone               {kills.Sum(one => one.Items ?? 0),12:N0}  {(kills.All(one => one.Exact) ? "" : "at most, ")}because of kills");
        to.WriteLine($"  parked               {Words.Of(Parked(job.Interruptions)),12}  in {Words.Count(parks.Count, "park")}");
        foreach (var one in job.Interruptions)
            to.WriteLine($"    {Words.Instant(one.At)}  {one.Cause,-6} {Cost(one),-24} {Cut(one.Detail)}");
        foreach (var item in quarantine.Take(MostTold))
            to.WriteLine($"    set aside: {item.Error.Split('\n', 2)[0]}");
        if (quarantine.Count > MostTold)
            to.WriteLine($"    set aside: {quarantine.Count - MostTold:N0} more");
    }

    // A park ends when its time comes, or at the next interruption if somebody woke the job before.
    private static TimeSpan Parked(IReadOnlyList<InterruptionStatus> all)
    {
        var total = TimeSpan.Zero;
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Until is not { } until)
                continue;
            var end = i + 1 < all.Count && all[i + 1].At < until ? all[i + 1].At : until;
            total += end > all[i].At ? end - all[i].At : TimeSpan.Zero;
        }

        return total;
    }

    private static string Cost(InterruptionStatus one) => one switch
    {
        { Items: null } => "redone: at most the bound",
        { Items: 0, Until: { } until } => $"nothing redone, {Words.Of(until - one.At)}",
        { Items: 0 } => "nothing redone",
        _ => $"{(one.Exact ? "" : "≤ ")}{Words.Count(one.Items.Value, "SIM")} redone, {Words.Of(one.Time)}",
    };

    private static string Cut(string text) => text.Length <= WidestDetail ? text : text[..(WidestDetail - 1)] + "…";
}
