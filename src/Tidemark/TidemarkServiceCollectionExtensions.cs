using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark;
using Tidemark.Hosting;
using Tidemark.Reading;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Tidemark to a host.</summary>
public static class TidemarkServiceCollectionExtensions
{
    /// <summary>Adds the client, and, if jobs are declared, the worker. Everything is checked when the host starts, all faults at once.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Store, jobs, options.</param>
    public static IServiceCollection AddTidemark(this IServiceCollection services, Action<TidemarkBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new TidemarkBuilder();
        configure(builder);

        services.AddSingleton(new Registration(builder));
        services.TryAddSingleton(provider => provider.GetRequiredService<Registration>().Compose(provider, provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance));
        services.TryAddSingleton(provider => provider.GetRequiredService<TidemarkHost>().Parts);
        services.TryAddSingleton(provider => new TidemarkHealthCheck(provider.GetRequiredService<TidemarkHost>()));
        services.TryAddSingleton<IJobClient>(provider => provider.GetRequiredService<TidemarkHost>().Client);
        foreach (var add in builder.ServicesToAdd) add(services);
        services.AddSingleton<IHostedService, EngineService>();
        return services;
    }
}
