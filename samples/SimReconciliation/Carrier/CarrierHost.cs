using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace SimReconciliation.Carrier;

/// <summary>The carrier's web server on loopback: inside the sample's process, or a process of its own.</summary>
internal sealed class CarrierHost : IAsyncDisposable
{
    /// <summary>A client that hangs on the carrier shall not hold up its end.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);
    private readonly WebApplication app;

    private CarrierHost(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    /// <summary>Starts the carrier; its books lie in the data directory and are replayed.</summary>
    /// <param name="options">What it has and how it behaves.</param>
    /// <param name="dataDirectory">Where its log lies; created when it is missing.</param>
    /// <param name="port">The port on loopback; 0 takes a free one.</param>
    /// <param name="ownProcess">True when it is the process: then SIGINT and SIGTERM stop it.</param>
    /// <exception cref="CarrierSetupException">
    /// Options are out of range (all of them are named), another carrier has the log, or it is of a carrier with other options.
    /// </exception>
    public static async Task<CarrierHost> StartAsync(CarrierOptions options, string dataDirectory, int port, bool ownProcess = false)
    {
        if (options.Faults() is { Count: > 0 } faults)
            throw new CarrierSetupException("The carrier cannot start: " + string.Join("; ", faults));
        Directory.CreateDirectory(dataDirectory);
        var server = Build(options, Path.Combine(dataDirectory, CarrierBooks.FileName), port, ownProcess);
        try
        {
            // The books are read before the first request, not by it.
            server.Services.GetRequiredService<Blinks>().Skip(server.Services.GetRequiredService<CarrierBooks>().Lines);
            await server.StartAsync();
            var address = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new CarrierHost(server, new Uri(address));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until a signal has stopped the carrier's process.</summary>
    public Task WaitForShutdownAsync() => app.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static WebApplication Build(CarrierOptions options, string log, int port, bool ownProcess)
    {
        // An empty builder, for the usual one watches the working directory for settings, and its watcher wakes up at every write
        // to the data directory.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None) // a start that fails is thrown, and told by who started it
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services
            .AddRoutingCore()
            .Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout)
            .AddSingleton(TimeProvider.System)
            .AddSingleton(new SimTruth(options.Seed, options.Sims, options.Malformed))
            .AddSingleton(services => new QuotaWindow(options.Quota, options.QuotaWindow, services.GetRequiredService<TimeProvider>()))
            .AddSingleton(services => new RateLimit(options.Rate, services.GetRequiredService<TimeProvider>()))
            .AddSingleton(new Blinks(options))
            .AddSingleton(services => ActivatorUtilities.CreateInstance<CarrierBooks>(services, log))
            .AddSingleton<TrafficRules>()
            .ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, CarrierJson.Default));

        // A hosted carrier must outlive the service's drain: it does not listen to signals.
        if (!ownProcess)
            builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        var server = builder.Build();
        server.Use(next => context => server.Services.GetRequiredService<TrafficRules>().InvokeAsync(context, next));
        server.UseRouting();
        server.MapSnapshots(options);
        server.MapConfirmations();
        server.MapReports();
        server.MapAudit();
        return server;
    }

    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
