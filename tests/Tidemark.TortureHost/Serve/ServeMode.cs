using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.TortureHost.Serve;

/// <summary>One process of a fleet: asks for jobs of every kind and runs what it is given, until it is told to stop or is killed.</summary>
internal static class ServeMode
{
    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5); // nobody is left behind by a test that died

    /// <summary>What the engine has logged as an error or worse.</summary>
    public static IEnumerable<string> Logs(string folder) => Directory.EnumerateFiles(folder, "log-*.txt");

    public static async Task<int> RunAsync(Arguments arguments)
    {
        _ = Task.Delay(LongestLife).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default);
        await using var store = new HostStore(arguments);
        FaultArming.FromEnvironment();
        var life = arguments.Text("life");
        using var journal = new Journal(arguments.Text("journal", arguments.Folder), life);
        using var logs = new FileLogs(Path.Combine(arguments.Text("journal", arguments.Folder), $"log-{life}.txt"));
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging(logging => logging.AddProvider(logs).SetMinimumLevel(LogLevel.Error));
        builder.Services.AddTidemark(tidemark =>
        {
            store.AddTo(tidemark, sqlite =>
            {
                sqlite.WalCheckpointPages = arguments.Number("wal-pages", 500);
                if (arguments.Has("not-durable")) sqlite.Durability = Sqlite.Durability.ProcessCrash;
            });
            tidemark.Options.LeaseDuration = TimeSpan.FromMilliseconds(arguments.Number("lease-ms", 2_000));
            tidemark.Options.BeatInterval = tidemark.Options.RescueInterval = tidemark.Options.LeaseDuration / 10;
            if (arguments.Has("drain-ms")) tidemark.Options.DrainTimeout = tidemark.Options.AbortGrace = TimeSpan.FromMilliseconds(arguments.Number("drain-ms", 0));
            if (arguments.Has("killed")) tidemark.Options.CrashBudget = 100;
            new Mix(journal, life, isKilled: arguments.Has("killed")).AddTo(tidemark);
            Hostile.AddTo(tidemark, journal, life);
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("up");
        using var stop = new CancellationTokenSource();
        using var told = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stop.Cancel);
        var producing = new Producer(journal, life, host.Services.GetRequiredService<IJobClient>(), arguments).RunAsync(stop.Token);
        await host.WaitForShutdownAsync();
        await producing;
        return 0;
    }
}
