using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tidemark.Hosting;

namespace Tidemark;

/// <summary>
/// Whether the store can be written and this process's worker holds its lease. Unhealthy with the reason and its remedy while the store
/// refuses (disk full, file read-only, gate held); degraded while the worker may start nothing. Recovers by itself.
/// </summary>
/// <example><code>services.AddHealthChecks().AddCheck&lt;TidemarkHealthCheck&gt;("tidemark");</code></example>
public sealed class TidemarkHealthCheck : IHealthCheck
{
    readonly TidemarkHost host;

    internal TidemarkHealthCheck(TidemarkHost host) => this.host = host;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await host.OpenAsync();
            var store = await host.Parts.Store.GetStoreAsync();
            var facts = store.Facts.ToDictionary(fact => fact.Key, fact => (object)fact.Value, StringComparer.Ordinal);
            if (store.Fault is { } fault) return HealthCheckResult.Unhealthy(fault, data: facts);
            return host.Trouble is { } trouble ? HealthCheckResult.Degraded(trouble, data: facts) : HealthCheckResult.Healthy(store.Description, facts);
        }
        catch (StoreException error)
        {
            return HealthCheckResult.Unhealthy(error.Message, error);
        }
    }
}
