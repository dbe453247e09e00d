using System.Net;
using System.Text.Json;
using SimReconciliation.Carrier;

namespace SimReconciliation.CarrierApi;

/// <summary>Turns an answer that is not a success into the exception that says what to do about it.</summary>
internal static class CarrierRefusals
{
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(1);

    public static async Task ThrowIfRefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var asked = $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath}";
        var status = (int)answer.StatusCode;
        var problem = await ReadProblemAsync(answer, cancellationToken);
        var said = $"{asked}: {status} {problem?.Detail ?? answer.ReasonPhrase}";
        throw (answer.StatusCode, problem) switch
        {
            (HttpStatusCode.TooManyRequests, { ResetsAt: { } resetsAt }) => new CarrierQuotaException(resetsAt, said),
            (HttpStatusCode.TooManyRequests, _) => new CarrierThrottledException(RetryAfter(answer), said),
            (HttpStatusCode.Gone, _) => new SnapshotExpiredException(SnapshotOf(answer.RequestMessage.RequestUri), said),
            (HttpStatusCode.RequestTimeout, _) => new CarrierUnavailableException(said),
            _ when status >= 500 => new CarrierUnavailableException(said),
            _ => new CarrierRefusedException(status, said),
        };
    }

    private static string SnapshotOf(Uri uri) => uri.Segments.ElementAtOrDefault(2)?.TrimEnd('/') ?? "";

    private static TimeSpan RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when answer.Headers.Date is { } now && date > now => date - now,
        _ => UsualWait,
    };

    // A proxy's error page is no problem+json: then the status alone decides.
    private static async Task<Problem?> ReadProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType != Problem.MediaType)
            return null;
        try
        {
            return await answer.Content.ReadFromJsonAsync(CarrierJson.Default.Problem, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
