using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>A real host with the real engine on the in-memory store: what a user's test would start.</summary>
internal sealed class EngineHost(IHost host) : IAsyncDisposable
{
    public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();
    public IServiceProvider Services => host.Services;

    /// <summary>Whatever the host logged.</summary>
    public LogBook Log { get; } = host.Services.GetRequiredService<LogBook>();

    public static async Task<EngineHost> StartAsync(Action<TidemarkBuilder> configure, Action<IServiceCollection>? services = null, IJobStore? store = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        services?.Invoke(builder.Services);
        var book = new LogBook();
        builder.Services.AddSingleton(book);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(book));
        builder.Services.AddTidemark(tidemark =>
        {
            if (store is null) tidemark.UseInMemory();
            else tidemark.UseStore((_, _) => store);
            configure(tidemark);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    /// <summary>Waits until the job's status is as wanted.</summary>
    public async Task<JobStatus> UntilAsync(JobId id, Func<JobStatus, bool> wanted)
    {
        while (true)
        {
            if (await Jobs.FindAsync(id) is { } status && wanted(status)) return status;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public Task<JobStatus> UntilAsync(JobId id, JobState state) => UntilAsync(id, status => status.State == state);

    /// <summary>Waits until the health check answers as wanted.</summary>
    public async Task<HealthCheckResult> UntilAsync(Func<HealthCheckResult, bool> wanted)
    {
        var check = Services.GetRequiredService<TidemarkHealthCheck>();
        while (true)
        {
            var health = await check.CheckHealthAsync(new(), TestContext.Current.CancellationToken);
            if (wanted(health)) return health;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Enqueues one and waits for its end.</summary>
    public async Task<JobStatus> RunAsync<TArgs>(JobKey<TArgs> job, TArgs args)
    {
        var (id, _) = await Jobs.EnqueueAsync(job, args, cancellationToken: TestContext.Current.CancellationToken);
        await Jobs.WaitAsync(id, TestContext.Current.CancellationToken);
        return (await Jobs.FindAsync(id))!;
    }

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
