using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Reading;
using Tidemark.Seams;
using Tidemark.Sqlite;

namespace Tidemark.IntegrationTests.Behaviour;

/// <summary>A real host on a real store, mostly a file, as a service would start it.</summary>
internal sealed class StartedEngine(IHost host) : IAsyncDisposable
{
    public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();

    public ITidemarkLocks Locks => host.Services.GetRequiredService<ITidemarkLocks>();

    /// <summary>The door for the test's own tables.</summary>
    public TidemarkSqlite Sqlite => host.Services.GetRequiredService<TidemarkSqlite>();

    public static Task<StartedEngine> StartAsync(StoreFolder folder, Action<TidemarkBuilder>? configure = null) => StartAsync(folder.Database, configure);

    public static Task<StartedEngine> StartAsync(string database, Action<TidemarkBuilder>? configure = null) => StartAsync(tidemark =>
    {
        tidemark.UseSqlite(database);
        configure?.Invoke(tidemark);
    });

    /// <summary>On whatever store is chosen.</summary>
    public static async Task<StartedEngine> StartAsync(Action<TidemarkBuilder> compose)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(compose);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    /// <summary>All that the store knows of a job.</summary>
    public async Task<JobDetails> ReadAsync(JobId id) => (await host.Services.GetRequiredService<EngineParts>().Store.GetJobAsync(id))!;

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
