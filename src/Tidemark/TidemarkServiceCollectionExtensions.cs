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
    /// <summary>
    /// Adds the client, and, if jobs are declared, the worker. Everything is checked when the host starts, all faults at once. Further calls add to
    /// the first: jobs may be declared where they live, the store once.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Store, jobs, options.</param>
    public static IServiceCollection AddTidemark(this IServiceCollection services, Action<TidemarkBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (services.FirstOrDefault(known => known.ServiceType == typeof(Registration))?.ImplementationInstance is Registration first)
        {
            configure(first.Builder);
            AddNewServices(first.Builder);
            return services;
        }
        var builder = new TidemarkBuilder();
        configure(builder);

        services.AddSingleton(new Registration(builder));
        services.TryAddSingleton(provider => provider.GetRequiredService<Registration>().Compose(provider, provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance));
        services.TryAddSingleton(provider => provider.GetRequiredService<TidemarkHost>().Parts);
        services.TryAddSingleton(provider => new TidemarkHealthCheck(provider.GetRequiredService<TidemarkHost>()));
        services.TryAddSingleton<IScheduleClient>(provider => new ScheduleClient(provider.GetRequiredService<TidemarkHost>()));
        services.TryAddSingleton<IJobClient>(provider => provider.GetRequiredService<TidemarkHost>().Client);
        services.TryAddSingleton(provider => provider.GetRequiredService<TidemarkHost>().LockClient);
        AddNewServices(builder);
        services.AddSingleton<IHostedService, EngineService>();
        return services;

        void AddNewServices(TidemarkBuilder from)
        {
            foreach (var add in from.ServicesToAdd) add(services);
            from.ServicesToAdd.Clear();
        }
    }
}
