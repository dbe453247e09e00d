namespace SimReconciliation.Carrier;

/// <summary>Takes confirmations, one by one or many at once; each is applied once for its key.</summary>
internal static class ConfirmationEndpoints
{
    private const int LargestBatch = 1_000;

    public static void MapConfirmations(this IEndpointRouteBuilder app)
    {
        app.MapPut("/sims/{iccid}/confirmation", (string iccid, HttpContext context, CarrierBooks books) =>
            Confirm([new Confirmation(iccid, context.Request.Headers["Idempotency-Key"].ToString())], context, books));
        app.MapPost("/confirmations", (Confirmation[] batch, HttpContext context, CarrierBooks books) => Confirm(batch, context, books));
    }

    private static IResult Confirm(Confirmation[] batch, HttpContext context, CarrierBooks books)
    {
        if (batch.Length is 0 or > LargestBatch)
            return Refusal.BadRequest($"The batch has {batch.Length} confirmations: send 1 to {LargestBatch}.");
        var checkedBatch = new (string, int)[batch.Length];
        for (var i = 0; i < batch.Length; i++)
        {
            if (FaultOf(batch[i], books.Truth, out checkedBatch[i]) is { } fault)
                return Refusal.BadRequest(fault);
        }

        var receipt = books.Confirm(checkedBatch, TrafficRules.LosesAnswer(context));
        return Results.Json(receipt, CarrierJson.Default.ConfirmationReceipt);
    }

    private static string? FaultOf(Confirmation? confirmation, SimTruth truth, out (string Scope, int Sim) checkedOne)
    {
        checkedOne = default;
        if (confirmation is null || string.IsNullOrEmpty(confirmation.Iccid))
            return "A confirmation has no iccid.";
        if (Refusal.FaultOfKey(confirmation.Key) is { } fault)
            return fault;
        var sim = truth.IndexOf(confirmation.Iccid);
        if (sim < 0)
            return $"This carrier has no SIM '{confirmation.Iccid}'.";
        var end = "/" + confirmation.Iccid;
        if (!confirmation.Key.EndsWith(end, StringComparison.Ordinal))
            return $"The key '{confirmation.Key}' must end in '{end}': it names the run and the SIM.";
        checkedOne = (confirmation.Key[..^end.Length], sim);
        return null;
    }
}
