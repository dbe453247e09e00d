using System.Text.Json;

namespace SimReconciliation.Carrier;

/// <summary>Writes a problem+json answer.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, CarrierJson.Default.Problem, Problem.MediaType, context.RequestAborted);
    }

    public static IResult BadRequest(string detail) => Of(new(Problem.BadRequest, "Bad request", 400, detail));

    public static IResult Of(Problem problem) =>
        Results.Text(JsonSerializer.Serialize(problem, CarrierJson.Default.Problem), Problem.MediaType, statusCode: problem.Status);

    /// <summary>What is wrong with an idempotency key, or null when nothing is.</summary>
    public static string? FaultOfKey(string? key) => key switch
    {
        null or "" => "The Idempotency-Key is missing: send one that is the same on every try.",
        { Length: > 200 } => $"The idempotency key has {key.Length} characters; 200 is the most.",
        _ when key.Any(char.IsControl) => "The idempotency key contains control characters.",
        _ => null,
    };
}
