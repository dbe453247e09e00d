using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SimReconciliation.Carrier;

namespace SimReconciliation.CarrierApi;

/// <summary>
/// The carrier's API, typed. It never retries: each failure is one of the exceptions beside this file, which carry what
/// a retry policy needs (until when, how long, for ever). Every call may throw <see cref="CarrierQuotaException"/>,
/// <see cref="CarrierThrottledException"/>, <see cref="CarrierUnavailableException"/> and <see cref="CarrierRefusedException"/>.
/// </summary>
internal sealed class CarrierClient(HttpClient http)
{
    private const string IdempotencyKey = "Idempotency-Key";

    /// <summary>Opens a snapshot; the same key gives the same snapshot while it lives.</summary>
    public Task<Snapshot> OpenSnapshotAsync(string key, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "snapshots", key, body: null, CarrierJson.Default.Snapshot, cancellationToken);

    /// <summary>Fetches the page after a cursor; null begins.</summary>
    /// <exception cref="SnapshotExpiredException">The snapshot's life is over.</exception>
    public async Task<SimPage> FetchPageAsync(string snapshotId, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var path = $"snapshots/{snapshotId}/sims?limit={limit}&cursor={Uri.EscapeDataString(cursor ?? "")}";
        var page = await SendAsync(HttpMethod.Get, path, key: null, body: null, CarrierJson.Default.RawPage, cancellationToken);
        return new SimPage(Array.ConvertAll(page.Items, SimEntry.Of), page.Next);
    }

    /// <summary>Confirms one SIM.</summary>
    public Task<ConfirmationReceipt> ConfirmAsync(string iccid, string key, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Put, $"sims/{iccid}/confirmation", key, body: null, CarrierJson.Default.ConfirmationReceipt, cancellationToken);

    /// <summary>Confirms up to 1,000 SIMs, each under its own key.</summary>
    public Task<ConfirmationReceipt> ConfirmAsync(IReadOnlyList<Confirmation> batch, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post, "confirmations", key: null, JsonContent.Create(batch, CarrierJson.Default.IReadOnlyListConfirmation),
            CarrierJson.Default.ConfirmationReceipt, cancellationToken);

    public Task<ReportReceipt> PublishAsync(Report report, string key, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Post, "reports", key, JsonContent.Create(report, CarrierJson.Default.Report),
            CarrierJson.Default.ReportReceipt, cancellationToken);

    /// <summary>The carrier's books (free of quota and faults).</summary>
    public Task<CarrierAudit> AuditAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "audit", key: null, body: null, CarrierJson.Default.CarrierAudit, cancellationToken);

    /// <summary>How often each SIM, by its index in the truth, was confirmed under a scope; empty when none was.</summary>
    public Task<int[]> CountsAsync(string scope, CancellationToken cancellationToken) =>
        SendAsync(
            HttpMethod.Get, $"audit/counts?scope={Uri.EscapeDataString(scope)}", key: null, body: null,
            CarrierJson.Default.Int32Array, cancellationToken);

    private async Task<T> SendAsync<T>(
        HttpMethod method, string path, string? key, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (key is not null)
            request.Headers.Add(IdempotencyKey, key);
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            await CarrierRefusals.ThrowIfRefusedAsync(answer, cancellationToken);
            return await answer.Content.ReadFromJsonAsync(type, cancellationToken)
                ?? throw new CarrierUnavailableException($"The carrier answered {method} {path} with null.");
        }
        catch (HttpRequestException problem)
        {
            throw new CarrierUnavailableException($"{method} {path}: {problem.Message}", problem);
        }
        catch (JsonException problem)
        {
            throw new CarrierUnavailableException($"{method} {path}: not the expected JSON: {problem.Message}", problem);
        }
        catch (OperationCanceledException problem) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CarrierUnavailableException($"{method} {path}: no answer within {http.Timeout.TotalSeconds} s.", problem);
        }
    }
}
