using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Tests.Running;

/// <summary>A real host with the real engine on the in-memory store: what a user's test would start.</summary>
internal sealed class EngineHost(IHost host) : IAsyncDisposable
{
    public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();
    public IServiceProvider Services => host.Services;

    public static async Task<EngineHost> StartAsync(Action<TidemarkBuilder> configure, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        services?.Invoke(builder.Services);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseInMemory();
            configure(tidemark);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
