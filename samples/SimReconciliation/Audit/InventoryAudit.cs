using SimReconciliation.Carrier;
using SimReconciliation.Inventory;

namespace SimReconciliation.Audit;

/// <summary>Compares the inventory with the carrier's truth, which is computed, not asked for.</summary>
internal static class InventoryAudit
{
    /// <summary>Compares everything.</summary>
    /// <param name="truth">The carrier's SIMs.</param>
    /// <param name="inventory">What the service made of them.</param>
    /// <param name="quarantined">The keys that the service set aside; null when that is not known.</param>
    /// <param name="confirmed">How often each SIM was confirmed, by index; null when that is not known.</param>
    public static AuditReport Run(SimTruth truth, IEnumerable<InventoryRow> inventory, IReadOnlySet<string>? quarantined, int[]? confirmed)
    {
        var report = new AuditReport { Sims = truth.Sims, Malformed = truth.Malformed.Count };
        var seen = new bool[truth.Sims];
        foreach (var row in inventory)
            Compare(truth, row, seen, report);
        for (var index = 0; index < truth.Sims; index++)
        {
            var isMalformed = truth.Malformed.ContainsKey(index);
            if (!isMalformed && !seen[index])
                report.Missing.Add(truth.IccidAt(index));
            if (confirmed is not null && (index < confirmed.Length ? confirmed[index] : 0) > 0 == isMalformed)
                report.WronglyConfirmed.Add(truth.IccidAt(index) + (isMalformed ? ": malformed, but confirmed" : ": not confirmed"));
        }

        if (quarantined is not null)
            CompareQuarantine(truth, quarantined, report);
        return report;
    }

    private static void Compare(SimTruth truth, InventoryRow row, bool[] seen, AuditReport report)
    {
        report.Redone += row.Redone;
        report.Retried += row.Retried;
        var index = truth.IndexOf(row.Sim.Iccid);
        if (index < 0)
        {
            report.Unexpected.Add(row.Sim.Iccid);
            return;
        }

        seen[index] = true;
        report.Present++;
        if (truth.Malformed.TryGetValue(index, out var malformation))
            report.Unexpected.Add($"{row.Sim.Iccid}: taken over although it is malformed ({malformation.Name})");
        else if (truth.At(index) is var sim && sim != row.Sim)
            report.Different.Add($"{row.Sim.Iccid}: the carrier has {sim}, the inventory {row.Sim}");
    }

    private static void CompareQuarantine(SimTruth truth, IReadOnlySet<string> quarantined, AuditReport report)
    {
        var expected = truth.Malformed.Keys.Select(truth.ShownIccidAt).ToHashSet();
        report.MalformedSetAside = expected.Count(quarantined.Contains);
        report.NotSetAside.AddRange(expected.Where(key => !quarantined.Contains(key)));
        report.WronglySetAside.AddRange(quarantined.Where(key => !expected.Contains(key)));
    }
}
