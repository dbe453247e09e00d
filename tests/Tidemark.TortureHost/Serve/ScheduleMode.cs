using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tidemark.TortureHost.Serve;

/// <summary>One process of a fleet that keeps schedules of a second and runs their jobs, until it is told to stop or is killed.</summary>
internal static class ScheduleMode
{
    static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5); // nobody is left behind by a test that died

    public static JobKey<int> Tick { get; } = new("tick");

    public static string NameOf(int number) => $"every-second-{number}";

    public static async Task<int> RunAsync(Arguments arguments)
    {
        _ = Task.Delay(LongestLife).ContinueWith(_ => Environment.Exit(3), TaskScheduler.Default);
        FaultArming.FromEnvironment();
        var life = arguments.Text("life");
        using var journal = new Journal(arguments.Folder, life);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark =>
        {
            tidemark.UseSqlite(HostStore.Database(arguments.Folder));
            tidemark.AddJob(Tick).HandledBy((int number, JobContext job) =>
                journal.Write("ran", NameOf(number), job.Id.ToString(), job.Occurrence!.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
            for (var number = 0; number < arguments.Number("schedules", 20); number++)
                tidemark.AddSchedule(NameOf(number), Tick, number, Every.Seconds(1)).Overlap(Overlap.Allow).Misfire(Misfire.RunAll, limit: 1_000);
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("up");
        await host.WaitForShutdownAsync();
        return 0;
    }
}
