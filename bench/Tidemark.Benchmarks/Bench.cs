using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Benchmarks;

/// <summary>A fresh folder for one round, and the real host on a real file in it.</summary>
internal sealed class Bench : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-bench");

    public string Path(string file) => System.IO.Path.Combine(folder.FullName, file);

    public string Database => Path("tidemark.db");

    /// <summary>Chooses the file as the store.</summary>
    public Action<TidemarkBuilder> Store => On(Database);

    public static Action<TidemarkBuilder> On(string database) => tidemark => tidemark.UseSqlite(database);

    public Task<BenchHost> StartAsync(Action<TidemarkBuilder> configure) => BenchHost.StartAsync(Store, configure);

    public void Dispose() => folder.Delete(recursive: true);

    public static double PerSecond(int count, TimeSpan time) => count / time.TotalSeconds;
}

internal sealed class BenchHost(IHost host) : IAsyncDisposable
{
    public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();

    public static async Task<BenchHost> StartAsync(Action<TidemarkBuilder> store, Action<TidemarkBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error));
        builder.Services.AddTidemark(store + configure);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
