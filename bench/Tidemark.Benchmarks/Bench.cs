using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Benchmarks;

/// <summary>A fresh folder for one round, and the real host on a real file in it.</summary>
internal sealed class Bench : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-bench");

    public string Path(string file) => System.IO.Path.Combine(folder.FullName, file);

    public async Task<BenchHost> StartAsync(Action<TidemarkBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddTidemark(tidemark => configure(tidemark.UseSqlite(Path("tidemark.db"))));
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public void Dispose() => folder.Delete(recursive: true);

    public static double PerSecond(int count, TimeSpan time) => count / time.TotalSeconds;
}

internal sealed class BenchHost(IHost host) : IAsyncDisposable
{
    public IJobClient Jobs { get; } = host.Services.GetRequiredService<IJobClient>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}

/// <summary>Rates by name over the rounds; prints the median with its spread, and its ratio to another.</summary>
internal sealed class Rates
{
    readonly Dictionary<string, List<double>> all = new(StringComparer.Ordinal);

    public void Add(string name, int count, Stopwatch watch) => Add(name, Bench.PerSecond(count, watch.Elapsed));

    public void Add(string name, double rate)
    {
        if (!all.TryGetValue(name, out var rates)) all[name] = rates = [];
        rates.Add(rate);
    }

    public void Print(string name, string unit, string? against = null)
    {
        var rates = all[name].Order().ToArray();
        var ratio = against is null ? "" : $"   ratio {Median(name) / Median(against):0.00} of '{against}'";
        Console.WriteLine($"{name,-46} {Median(name),12:N0} {unit} [{rates[0]:N0}..{rates[^1]:N0}]{ratio}");
    }

    double Median(string name)
    {
        var rates = all[name].Order().ToArray();
        return rates[rates.Length / 2];
    }
}
