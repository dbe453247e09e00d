using SimReconciliation.Carrier;
using SimReconciliation.CarrierApi;

namespace SimReconciliation.Audit;

/// <summary>The carrier's side of an audit: its books, and how often each SIM was confirmed in one run.</summary>
internal sealed record CarrierView(CarrierAudit Audit, int[]? Counts)
{
    /// <summary>Asks a carrier that runs; without a scope, about the newest run. No retry stands behind these two calls: they wait longer than an item's.</summary>
    public static async Task<CarrierView> AskAsync(Uri address, string? scope, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address };
        var client = new CarrierClient(http);
        var audit = await client.AuditAsync(cancellationToken);
        return new(audit, Newest(audit, scope) is { } chosen ? await client.CountsAsync(chosen, cancellationToken) : null);
    }

    /// <summary>Reads the log of a carrier that does not run.</summary>
    public static CarrierView Read(string directory, string? scope)
    {
        using var books = CarrierBooks.Read(Path.Combine(directory, CarrierBooks.FileName));
        var audit = books.Audit(new TrafficCounts(0, 0, 0, 0, 0, 0, 0));
        return new(audit, Newest(audit, scope) is { } chosen ? books.Counts(chosen) ?? [] : null);
    }

    private static string? Newest(CarrierAudit audit, string? scope) => scope ?? audit.Scopes.LastOrDefault()?.Scope;
}
