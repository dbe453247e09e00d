using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Hosting;

/// <summary>Ties the engine to the host: validated and started with it, drained when it stops. The walk is told at <see cref="Engine"/>.</summary>
internal sealed class EngineService(TidemarkHost host, Registration registration, IServiceProvider services, ILoggerFactory loggers) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await registration.ValidateAsync(services);
        loggers.AddProvider(new Running.AttemptLogging(host.Parts.Time));
    }

    public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync();

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => host.DrainAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
