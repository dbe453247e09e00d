using SimReconciliation.Watch;
using Tidemark;

namespace SimReconciliation.Reconcile;

/// <summary>What a run did and what interrupted it, from the engine's own books.</summary>
internal static class RunSummary
{
    private const int MostTold = 5;

    public static void Print(string run, JobStatus job, IReadOnlyList<QuarantinedItem> quarantine, TextWriter to)
    {
        var stream = job.Streams.Single();
        to.WriteLine($"Run '{run}' (job {job.Id}): {Words.Count(stream.Done, "SIM")} done, {stream.Quarantined:N0} set aside, {stream.Retried:N0} tries again");
        foreach (var item in quarantine.Take(MostTold))
            to.WriteLine($"  set aside: {FirstLine(item.Error)}");
        if (quarantine.Count > MostTold)
            to.WriteLine($"  and {quarantine.Count - MostTold:N0} more");
        PrintInterruptions(job.Interruptions, to);
    }

    private static void PrintInterruptions(IReadOnlyList<InterruptionStatus> all, TextWriter to)
    {
        if (all.Count == 0)
        {
            to.WriteLine("  never interrupted");
            return;
        }

        var exact = all.All(one => one.Exact) ? "" : "at most ";
        to.WriteLine($"Interrupted {Words.Count(all.Count, "time")}; redone because of it: {exact}{Words.Count(all.Sum(one => one.Items ?? 0), "SIM")}");
        foreach (var one in all)
        {
            var cost = one.Items is not { } items ? "cost unknown" : items == 0 ? "cost nothing" : $"cost {(one.Exact ? "" : "at most ")}{items:N0} SIMs, {Words.Of(one.Time)}";
            to.WriteLine($"  {Words.Instant(one.At)}  {one.Cause,-9} {cost,-24} {one.Detail}");
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0];
}
