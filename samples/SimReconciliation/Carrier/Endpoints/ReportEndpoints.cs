namespace SimReconciliation.Carrier;

/// <summary>Takes the report of a finished reconciliation.</summary>
internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder app) =>
        app.MapPost("/reports", (Report report, HttpRequest request, CarrierBooks books) =>
        {
            var key = request.Headers["Idempotency-Key"].ToString();
            if (Refusal.FaultOfKey(key) is { } fault)
                return Refusal.BadRequest(fault);
            if (report.Done < 0 || report.Quarantined < 0)
                return Refusal.BadRequest($"done is {report.Done} and quarantined is {report.Quarantined}: neither can be negative.");
            return Results.Json(new ReportReceipt(Repeated: !books.Publish(key)), CarrierJson.Default.ReportReceipt);
        });
}
