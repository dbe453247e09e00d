namespace SimReconciliation.Carrier;

/// <summary>Opens the carrier's books to the sample's audit: no quota, no faults.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        app.MapGet("/audit", (CarrierBooks books, TrafficRules traffic) =>
            Results.Json(books.Audit(traffic.Counts), CarrierJson.Default.CarrierAudit));
        app.MapGet("/audit/counts", (string scope, CarrierBooks books) =>
            Results.Json(books.Counts(scope) ?? [], CarrierJson.Default.Int32Array));
    }
}
