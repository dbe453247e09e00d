using SimReconciliation.Carrier;
using SimReconciliation.Watch;

namespace SimReconciliation.Audit;

/// <summary>Prints an audit for a person.</summary>
internal static class AuditPrinter
{
    private const int MostExamples = 5;

    public static void Print(AuditReport report, CarrierAudit? carrier, TextWriter to)
    {
        var aside = report.MalformedSetAside is { } found ? $"  ({found:N0} in quarantine)" : "";
        to.WriteLine($"Audit of {report.Sims:N0} SIMs: {(report.IsExact ? "exact" : "NOT exact")}");
        to.WriteLine($"  in the inventory     {report.Present,12:N0}");
        to.WriteLine($"  malformed records    {report.Malformed,12:N0}{aside}");
        to.WriteLine($"  written again        {report.Redone,12:N0}  by a later attempt: of what was redone, what the killed one had written already");
        to.WriteLine($"  written again        {report.Retried,12:N0}  within one attempt: the write was there, the carrier's answer was not");
        foreach (var (name, items) in report.Findings.Where(finding => finding.Items.Count > 0))
        {
            to.WriteLine($"  {name}: {items.Count:N0}");
            foreach (var item in items.Take(MostExamples))
                to.WriteLine($"    {item}");
            if (items.Count > MostExamples)
                to.WriteLine($"    and {items.Count - MostExamples:N0} more");
        }

        if (carrier is not null)
            Print(carrier, to);
    }

    private static void Print(CarrierAudit carrier, TextWriter to)
    {
        to.WriteLine(
            $"The carrier's books: {Words.Count(carrier.Snapshots, "snapshot")}, {Words.Count(carrier.Reports, "report")} ({carrier.ReportsRepeated:N0} repeated)");
        foreach (var scope in carrier.Scopes)
        {
            to.WriteLine(
                $"  {scope.Scope}: {scope.Received:N0} confirmations of {scope.Distinct:N0} SIMs, {scope.Repeated:N0} repeated "
                + $"(the carrier lost {Words.Count(scope.AnswersLost, "answer")} itself); no SIM more than {Words.Count(scope.Most, "time")}");
        }

        var since = carrier.Since;
        if (since.Requests > 0)
        {
            to.WriteLine(
                $"  since it started: {Words.Count(since.Requests, "request")}; {since.Throttled:N0} throttled, {since.QuotaRefused:N0} over quota, "
                + $"{since.Errors:N0} failed, {since.Cuts:N0} cut, {since.Hangs:N0} unanswered, {since.Slow:N0} slow");
        }
    }
}
