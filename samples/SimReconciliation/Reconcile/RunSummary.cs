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
        to.WriteLine($"  tried again          {stream.Retried,12:N0}  SIMs: a request of the carrier's that fails is tried again with its whole batch");
        to.WriteLine($"  redone               {kills.Sum(one => one.Items ?? 0),12:N0}  {(kills.All(one => one.Exact) ? "" : "at most, ")}SIMs that were at work or not yet saved at a kill");
        if (parks.Count > 0)
            to.WriteLine($"  parked               {Words.Of(Parked(job.Interruptions)),12}  in {Words.Count(parks.Count, "park")}");
        foreach (var line in Ledger(job.Interruptions))
            to.WriteLine($"    {line}");
        foreach (var item in quarantine.Take(MostTold))
            to.WriteLine($"    set aside: {item.Error.Split('\n', 2)[0]}");
        if (quarantine.Count > MostTold)
            to.WriteLine($"    set aside: {quarantine.Count - MostTold:N0} more");
    }

    // A long run parks a hundred times at its quota: in a row they are one line, and a kill between them is seen.
    private static IEnumerable<string> Ledger(IReadOnlyList<InterruptionStatus> all)
    {
        for (var i = 0; i < all.Count; i++)
        {
            var (one, last) = (all[i], i);
            while (one.Cause == "Park" && last + 1 < all.Count && all[last + 1] is { Cause: "Park", Items: 0 })
                last++;
            yield return last == i
                ? $"{Words.Instant(one.At)}  {one.Cause,-6} {Cost(one),-24} {Cut(one.Detail)}"
                : $"{Words.Instant(one.At)}  {Words.Count(last - i + 1, "park")} until {Words.Instant(all[last].Until ?? all[last].At)}, nothing redone: {Cut(all[last].Detail)}";
            i = last;
        }
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
