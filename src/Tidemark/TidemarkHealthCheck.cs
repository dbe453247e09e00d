using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tidemark.Hosting;
using Tidemark.Scheduling;

namespace Tidemark;

/// <summary>
/// Whether the store can be written and this process's worker holds its lease. Unhealthy with the reason and its remedy while the store
/// refuses (disk full, file read-only, gate held); degraded while the worker may start nothing, or while a schedule does not do what it says: overdue,
/// paused, orphaned, at fault, held up by its last job, ahead of the clock, its job unknown to every worker. Recovers by itself.
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
            var (troubles, more) = await ScheduleWatch.TroublesAsync(host.Parts.Store);
            if (host.Trouble is null && troubles.Count > 0)
            {
                foreach (var of in troubles.GroupBy(one => one.Schedule, StringComparer.Ordinal)) facts[$"schedule {of.Key}"] = string.Join("; ", of.Select(one => one.Trouble.Text));
                var (name, first) = troubles[0];
                return HealthCheckResult.Degraded($"The schedule '{name}': {first.Text}. {first.Remedy}{(troubles.Count > 1 ? $" (And {troubles.Count - 1}{(more ? " or more" : "")} troubles beside.)" : "")}", data: facts);
            }
            return host.Trouble is { } trouble ? HealthCheckResult.Degraded(trouble, data: facts) : HealthCheckResult.Healthy(store.Description, facts);
        }
        catch (StoreException error)
        {
            return HealthCheckResult.Unhealthy(error.Message, error);
        }
    }
}
